import { readFileSync } from 'node:fs';
import { ACTION_KINDS, findActionKind } from '#actions/kinds/catalog.ts';
import { recordActivity } from '#activity/store.ts';
import { CONDITIONS, conditionOf } from '#rules/conditions/catalog.ts';
import { explainRule } from '#rules/explain.ts';
import { type RulesFile, readRulesFile } from '#rules/file.ts';
import { DELEGATE, type RuleInput, ruleInput } from '#rules/rule.ts';
import { createRules, deleteRule, patchRule } from '#rules/store.ts';
import type { Input } from './command.ts';
import type { CommandContext } from './context.ts';
import { accountOf, ruleOf } from './lookup.ts';
import type { CliApp } from './program.ts';
import { FAILED, OK } from './report.ts';
import { counted, oneLine } from './text.ts';
import { UsageError } from './usage-error.ts';

/** Throws `rules.bad-file` or `rules.invalid`, naming the rule and the field. */
export const rulesFileAt = (path: string): RulesFile => readRulesFile(readFileSync(path, 'utf8'));

/** JSON where it is some, text otherwise: `90` is a number, `Receipts` is text. */
const asValue = (text: string): unknown => {
  if (!/^(-?\d+(\.\d+)?|true|false|\[.*\]|\{.*\})$/s.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

const conditionFrom = (text: string): unknown => {
  const [, type = '', , value] = /^([a-z_]+)(=(.*))?$/s.exec(text) ?? [];
  if (!conditionOf(type)) {
    const known = CONDITIONS.map((c) => c.type).join(', ');
    throw new UsageError(
      `--when ${JSON.stringify(text)} names no condition`,
      `Write condition=value with one of: ${known}.`,
    );
  }
  return { type, value: value === undefined ? true : asValue(value) };
};

/** `apply_label:Receipts`: what follows the colon is the one parameter that the action needs. */
const actionFrom = (text: string): { type: string; parameters: Record<string, unknown> } => {
  const [type = '', ...rest] = text.split(':');
  const value = rest.length === 0 ? undefined : rest.join(':');
  const kind = findActionKind(type);
  if (!kind && type !== DELEGATE) {
    const known = ACTION_KINDS.map((k) => k.type).join(', ');
    throw new UsageError(`--then ${JSON.stringify(text)} names no action`, `Use one of: ${known}.`);
  }
  if (value === undefined) return { type, parameters: {} };
  if (value.startsWith('{')) return { type, parameters: asValue(value) as Record<string, unknown> };
  const shape = (kind?.parameters as { shape?: Record<string, unknown> } | undefined)?.shape ?? {};
  const [name] = Object.keys(shape);
  if (name === undefined)
    throw new UsageError(`--then ${JSON.stringify(text)}: ${type} takes nothing after a colon`);
  return { type, parameters: { [name]: asValue(value) } };
};

const ruleFromOptions = ({ options }: Input): RuleInput => {
  const name = options.text('name');
  const conditions = options.list('when').map(conditionFrom);
  const actions = options.list('then').map(actionFrom);
  if (name === undefined || conditions.length === 0 || actions.length === 0) {
    throw new UsageError(
      'A rule needs a file, or --name, --when and --then',
      'Such as: ashford rules add --name News --when is_bulk --then archive',
    );
  }
  const [only] = conditions;
  const parsed = ruleInput.safeParse({
    name,
    conditions: conditions.length === 1 ? only : { op: 'and', children: conditions },
    actions,
    shadow: options.flag('shadow') ?? false,
    continueMatching: options.flag('continue') ?? false,
    ...(options.text('priority') === undefined
      ? {}
      : { priority: options.whole('priority', { min: -1_000_000_000, max: 1_000_000_000 }) }),
  });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new UsageError(
    `The rule is wrong at ${issue?.path.map(String).join('.') ?? '?'}: ${issue?.message ?? 'it can not be read'}`,
  );
};

/** A rule for one account names it by address or id; stored is the id. */
const withAccount = async (app: CliApp, rule: RuleInput): Promise<RuleInput> =>
  rule.scope === 'account' && rule.scopeRef !== null
    ? { ...rule, scopeRef: (await accountOf(app, rule.scopeRef)).id }
    : rule;

const audit = (app: CliApp, ids: readonly string[], verb: string) =>
  ids.map((id) => ({
    userId: app.owner.id,
    actor: `user:${app.owner.id}`,
    channel: 'cli',
    action: `rule.${verb}`,
    subjectType: 'rule',
    subjectId: id,
    details: {},
  }));

export const addRulesCommand = (context: CommandContext, input: Input): Promise<void> => {
  const [file] = input.args;
  const given = file === undefined ? [ruleFromOptions(input)] : rulesFileAt(file).rules.map((r) => r.input);
  return context.withApp(async (app) => {
    const rules: RuleInput[] = [];
    for (const rule of given) rules.push(await withAccount(app, rule));
    const added = await app.db.write(async (tx) => {
      const made = await createRules(tx, {
        userId: app.owner.id,
        rules,
        newId: app.newId,
        now: app.clock.now(),
      });
      for (const entry of audit(
        app,
        made.map((r) => r.id),
        'create',
      ))
        await recordActivity(app, tx, entry);
      return made;
    });
    context.print(added, () => {
      const lines = added.map((rule) => `${rule.id}  ${oneLine(rule.name)}: ${oneLine(explainRule(rule))}\n`);
      return `${lines.join('')}${counted(added.length, 'rule')} added.\n`;
    });
  });
};

export const switchRuleCommand = (
  context: CommandContext,
  { args }: Input,
  enabled: boolean,
): Promise<void> =>
  context.withApp(async (app) => {
    const { id } = await ruleOf(app, args[0] ?? '');
    const rule = await app.db.write(async (tx) => {
      const changed = await patchRule(tx, {
        userId: app.owner.id,
        id,
        patch: { enabled },
        now: app.clock.now(),
      });
      for (const entry of audit(app, [id], 'update')) await recordActivity(app, tx, entry);
      return changed;
    });
    context.print(rule, () => `"${oneLine(rule.name)}" is ${enabled ? 'on' : 'off'}.\n`);
  });

export const deleteRuleCommand = (context: CommandContext, { args, options }: Input): Promise<number> =>
  context.withApp(async (app) => {
    const rule = await ruleOf(app, args[0] ?? '');
    if (!options.flag('yes') && !context.json) {
      if (!context.term.canAsk)
        throw new UsageError('Nobody can be asked here', 'Add --yes to delete without asking.');
      const answer = await context.term.ask(`Delete "${oneLine(rule.name)}"? [y/N] `);
      if (!/^y(es)?$/i.test(answer.trim())) return FAILED;
    }
    await app.db.write(async (tx) => {
      await deleteRule(tx, { userId: app.owner.id, id: rule.id });
      for (const entry of audit(app, [rule.id], 'delete')) await recordActivity(app, tx, entry);
    });
    context.print(
      { id: rule.id, deleted: true },
      () => `"${oneLine(rule.name)}" is deleted. What it did stays done.\n`,
    );
    return OK;
  });
