import { messageIdsAfter } from '#mail/head-store.ts';
import { findMail } from '#mail/message-store.ts';
import { type CompiledRules, compileRules } from '#rules/compile.ts';
import { matchingRules } from '#rules/evaluate.ts';
import type { RulesFile } from '#rules/file.ts';
import type { Rule } from '#rules/rule.ts';
import { allRules } from '#rules/store.ts';
import { type ExampleResult, tryExamples } from '#rules/try-examples.ts';
import { factsOf } from '#triage/classify.ts';
import type { Input } from './command.ts';
import type { CommandContext } from './context.ts';
import type { CliApp } from './program.ts';
import { Progress } from './progress.ts';
import { FAILED, OK } from './report.ts';
import { rulesFileAt } from './rule-changes.ts';
import { table } from './table.ts';
import { count, counted, oneLine } from './text.ts';
import { UsageError } from './usage-error.ts';

const MESSAGES = 1_000;
const MESSAGES_MAX = 1_000_000;
const PAGE = 100;

const asRules = (file: RulesFile, app: CliApp): Rule[] =>
  file.rules.map(({ input }, i) => ({
    ...input,
    id: String(i).padStart(8, '0'),
    userId: app.owner.id,
    disabledReason: null,
    hits: 0,
    lastHitAt: null,
    createdAt: app.clock.now(),
    updatedAt: app.clock.now(),
  }));

interface Tried {
  messages: number;
  none: number;
  hits: Map<string, number>;
}

/** Counts what each rule matches of the stored mail. */
const tryOnMail = async (
  app: CliApp,
  compiled: CompiledRules,
  o: { limit: number; progress: Progress },
): Promise<Tried> => {
  const tried: Tried = { messages: 0, none: 0, hits: new Map() };
  let after = '';
  while (tried.messages < o.limit) {
    const page = await messageIdsAfter(app.db, {
      userId: app.owner.id,
      after,
      limit: Math.min(PAGE, o.limit - tried.messages),
    });
    for (const id of page) {
      const message = await findMail(app.db, app.owner.id, id);
      if (!message) continue;
      const matched = matchingRules(compiled, await factsOf(app, message), app.ruleMode);
      for (const { rule } of matched) tried.hits.set(rule.id, (tried.hits.get(rule.id) ?? 0) + 1);
      if (matched.length === 0) tried.none++;
      tried.messages++;
    }
    after = page.at(-1) ?? '';
    if (page.length === 0) break;
    o.progress.update({ done: tried.messages, total: o.limit });
  }
  return tried;
};

const mailText = (context: CommandContext, rules: readonly Rule[], tried: Tried): string =>
  table(
    context.term,
    [
      { title: 'MATCHES', align: 'right' },
      { title: 'RULE', shrinks: true },
    ],
    rules.map((rule) => [count(tried.hits.get(rule.id) ?? 0), oneLine(rule.name)]),
  ) +
  `${counted(tried.messages, 'message')} tried, ${count(tried.none)} matched by no rule. Nothing was changed.\n`;

const examplesText = (results: readonly ExampleResult[]): string => {
  const failed = results.filter((r) => !r.passed);
  const lines = failed.map(
    (r) => `✗ ${oneLine(`${r.rule ?? 'the whole file'}, example ${r.number}: ${r.sentence}`)}\n`,
  );
  const sum =
    failed.length === 0
      ? `${counted(results.length, 'example')}, as expected.\n`
      : `${count(failed.length)} of ${counted(results.length, 'example')} failed.\n`;
  return `${lines.join('')}${sum}`;
};

/** The examples need no database: a file can be tried anywhere. */
const testExamples = async (context: CommandContext, file: RulesFile): Promise<number> => {
  const { config } = await context.loadConfig();
  const results = tryExamples(file, config.policy.rule_mode, context.clock.now());
  context.print(results, () => examplesText(results));
  return results.every((r) => r.passed) ? OK : FAILED;
};

export const testRulesCommand = async (
  context: CommandContext,
  { args, options }: Input,
): Promise<number> => {
  const [path] = args;
  const file = path === undefined ? undefined : rulesFileAt(path);
  const onMail = options.flag('mail') === true;
  if (file && !onMail) return testExamples(context, file);
  if (!file && !onMail) {
    throw new UsageError(
      'Nothing says what to test',
      'Name a rules file, or add --mail to try the rules on the stored mail.',
    );
  }
  const limit = options.whole('limit', { min: 1, max: MESSAGES_MAX }) ?? MESSAGES;
  return context.withApp(async (app) => {
    const rules = file ? asRules(file, app) : await allRules(app.db, app.owner.id);
    const compiled = compileRules(rules);
    const progress = new Progress({
      term: context.term,
      clock: app.clock,
      label: 'Trying',
      unit: 'messages',
      quiet: context.json,
    });
    const tried = await tryOnMail(app, compiled, { limit, progress });
    progress.clear();
    const value = {
      messages: tried.messages,
      unmatched: tried.none,
      rules: rules.map((rule) => ({
        id: file ? null : rule.id,
        name: rule.name,
        matches: tried.hits.get(rule.id) ?? 0,
      })),
      broken: compiled.broken,
    };
    context.print(value, () => mailText(context, rules, tried));
    return compiled.broken.length === 0 ? OK : FAILED;
  });
};
