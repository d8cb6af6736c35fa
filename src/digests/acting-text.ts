import { dayOf } from '#std/zone.ts';
import type { Count } from './sections/counts.ts';
import type { Done } from './sections/done.ts';
import type { Waiting } from './sections/waiting.ts';
import { counted, nameOf, subjectOf } from './unread-text.ts';

const kindText = (kind: Done['kinds'][number], messageCount: number): string => {
  const times = kind.count === messageCount ? '' : ` (${kind.count.toLocaleString('en')})`;
  return `${kind.title}${times}${kind.undoable ? '' : ', which cannot be undone'}`;
};

/** What one rule had done, with the newest messages that it was done to. */
export const doneLines = (done: Done): string[] => {
  const rule = done.ruleName === null ? '' : ` by the rule “${done.ruleName}”`;
  const kinds = done.kinds.map((kind) => kindText(kind, done.messageCount));
  const more = done.moreKinds > 0 ? [`and ${done.moreKinds} more kinds`] : [];
  return [
    `${counted(done.messageCount, 'message')}${rule}: ${[...kinds, ...more].join(', ')}`,
    ...done.messages.map((m) => `  - ${nameOf(m.from)}: ${subjectOf(m.subject)}`),
    ...(done.more > 0 ? [`  - and ${done.more.toLocaleString('en')} more`] : []),
  ];
};

export const waitingLines = (waiting: Waiting, { timeZone }: { timeZone: string }): string[] => [
  `${waiting.verb}: ${waiting.target}`,
  ...waiting.reasons.map((reason) => `  ${reason}`),
  `  Until ${dayOf(Date.parse(waiting.expiresAt), timeZone)}: ashford approve ${waiting.approvalId}`,
];

export const countLines = (count: Count): string[] => [`${count.title}: ${count.count.toLocaleString('en')}`];
