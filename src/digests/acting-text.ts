import { dayOf } from '#std/zone.ts';
import type { Count } from './sections/counts.ts';
import type { Done } from './sections/done.ts';
import type { Waiting } from './sections/waiting.ts';
import { nameOf, subjectOf } from './unread-text.ts';

/** What was done alike, with the newest messages it was done to and what undoes it there. */
export const doneLines = (done: Done): string[] => {
  const rule = done.ruleName === null ? '' : `, by the rule “${done.ruleName}”`;
  const undo = done.undoable ? '' : ' (cannot be undone)';
  return [
    `${done.count.toLocaleString('en')} × ${done.title}${rule}${undo}`,
    ...done.actions.map(
      (a) => `  - ${nameOf(a.from)}: ${subjectOf(a.subject)}${done.undoable ? `  [undo ${a.actionId}]` : ''}`,
    ),
    ...(done.more > 0 ? [`  - and ${done.more.toLocaleString('en')} more`] : []),
  ];
};

export const waitingLines = (waiting: Waiting, { timeZone }: { timeZone: string }): string[] => [
  `${waiting.verb}: ${waiting.target}`,
  ...waiting.reasons.map((reason) => `  ${reason}`),
  `  Until ${dayOf(Date.parse(waiting.expiresAt), timeZone)}: ashford approve ${waiting.approvalId}`,
];

export const countLines = (count: Count): string[] => [`${count.title}: ${count.count.toLocaleString('en')}`];
