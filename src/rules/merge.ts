import type { Rule, RuleAction } from './rule.ts';

export interface MergedAction {
  ruleId: string;
  action: RuleAction;
  safeMode: Rule['safeMode'];
}

export interface Conflict {
  /** What was left out, and in favour of what. */
  ruleId: string;
  action: RuleAction;
  keptRuleId: string;
  keptAction: RuleAction;
  sentence: string;
}

/** Only one of these can decide where a message is. */
const PLACES = new Set(['archive', 'move', 'trash', 'delete', 'snooze', 'restore']);

const labelOf = (action: RuleAction): string => {
  const label = action.parameters.label;
  return typeof label === 'string' ? label.toLowerCase() : '';
};

/** What the action decides and how: two actions with a subject in common conflict unless they decide the same. */
const decisions = (action: RuleAction): { subject: string; verdict: string }[] => {
  const same = JSON.stringify(action.parameters);
  switch (action.type) {
    case 'mark_read':
    case 'mark_unread':
      return [{ subject: 'read', verdict: action.type }];
    case 'star':
    case 'unstar':
      return [{ subject: 'star', verdict: action.type }];
    case 'apply_label':
    case 'remove_label':
      return [{ subject: `label:${labelOf(action)}`, verdict: action.type }];
    case 'move':
      return [
        { subject: 'place', verdict: `move ${labelOf(action)}` },
        { subject: `label:${labelOf(action)}`, verdict: 'apply_label' },
      ];
    default:
      return PLACES.has(action.type)
        ? [{ subject: 'place', verdict: action.type === 'snooze' ? `snooze ${same}` : action.type }]
        : [{ subject: `${action.type} ${same}`, verdict: 'once' }];
  }
};

const words = (action: RuleAction): string => action.type.replaceAll('_', ' ');

/**
 * The actions of several rules as one list. Of actions that contradict each other the one of the first rule stays, and the
 * other is recorded; the same action twice is done once. Nothing sets a message's place, state or label both ways.
 * @param from in the order of judgement
 */
export const mergeActions = (
  from: readonly MergedAction[],
): { actions: MergedAction[]; conflicts: Conflict[] } => {
  const decided = new Map<string, { verdict: string; by: MergedAction }>();
  const actions: MergedAction[] = [];
  const conflicts: Conflict[] = [];
  for (const item of from) {
    const wanted = decisions(item.action);
    const against = wanted
      .map(({ subject, verdict }) => ({ known: decided.get(subject), verdict }))
      .find(({ known, verdict }) => known !== undefined && known.verdict !== verdict)?.known;
    if (against) {
      conflicts.push({
        ruleId: item.ruleId,
        action: item.action,
        keptRuleId: against.by.ruleId,
        keptAction: against.by.action,
        sentence: `${words(item.action)} was left out, since an earlier rule says ${words(against.by.action)}`,
      });
      continue;
    }
    if (wanted.every(({ subject }) => decided.has(subject))) continue;
    for (const { subject, verdict } of wanted) {
      if (!decided.has(subject)) decided.set(subject, { verdict, by: item });
    }
    actions.push(item);
  }
  return { actions, conflicts };
};
