import { explainRule, outlineConditions } from '#rules/explain.ts';
import type { Rule } from '#rules/rule.ts';
import { allRules } from '#rules/store.ts';
import { actionText } from './action-views.ts';
import type { Input } from './command.ts';
import type { CommandContext } from './context.ts';
import { ruleOf } from './lookup.ts';
import { pairs, table } from './table.ts';
import { count, oneLine } from './text.ts';
import { shownTime } from './when.ts';

const stateOf = (rule: Rule): string => {
  if (!rule.enabled) return 'off';
  return rule.shadow ? 'shadow' : 'on';
};

export const listRulesCommand = (context: CommandContext): Promise<void> =>
  context.withApp(async (app) => {
    const rules = await allRules(app.db, app.owner.id);
    context.print(rules, () =>
      rules.length === 0
        ? 'There are no rules yet. `ashford rules add FILE` adds some.\n'
        : table(
            context.term,
            [
              { title: 'ORDER', align: 'right' },
              { title: 'NAME', shrinks: true },
              { title: 'STATE' },
              { title: 'HITS', align: 'right' },
              { title: 'ID' },
              { title: 'DOES', shrinks: true },
            ],
            rules.map((rule) => [
              String(rule.priority),
              oneLine(rule.name),
              stateOf(rule),
              count(rule.hits),
              rule.id,
              rule.actions.map(actionText).join(', '),
            ]),
          ),
    );
  });

const scopeText = ({ scope, scopeRef }: Rule): string =>
  scope === 'global' ? 'all mail' : oneLine(`${scope} ${scopeRef ?? ''}`);

const ruleText = (rule: Rule, zone: string): string => {
  const conditions = outlineConditions(rule.conditions).map((line) => `  ${oneLineKeepingIndent(line)}\n`);
  return [
    `${oneLine(explainRule(rule))}\n\n`,
    pairs([
      ['id', rule.id],
      ['name', oneLine(rule.name)],
      ['state', rule.disabledReason === null ? stateOf(rule) : `off: ${oneLine(rule.disabledReason)}`],
      ['order', String(rule.priority)],
      ['looks at', scopeText(rule)],
      ['safe mode', rule.safeMode],
      ['later rules', rule.continueMatching ? 'act too' : 'are not asked when it matches'],
      [
        'hits',
        rule.lastHitAt === null ? '0' : `${count(rule.hits)}, last ${shownTime(rule.lastHitAt, zone)}`,
      ],
      ...rule.actions.map((action) => ['does', actionText(action)] as const),
    ]),
    'when\n',
    ...conditions,
  ].join('');
};

const oneLineKeepingIndent = (line: string): string => `${/^ */.exec(line)?.[0] ?? ''}${oneLine(line)}`;

export const showRuleCommand = (context: CommandContext, { args }: Input): Promise<void> =>
  context.withApp(async (app) => {
    const rule = await ruleOf(app, args[0] ?? '');
    context.print(rule, () => ruleText(rule, app.config.digest.time_zone));
  });
