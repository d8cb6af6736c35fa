import type { Action } from '#actions/action.ts';
import { describeAction, type Names } from '#actions/describe.ts';
import { findActionKind } from '#actions/kinds/catalog.ts';
import type { Address } from '#mail/message.ts';
import { plainAddress, plainLine } from '#mail/plain-line.ts';
import type { Approval } from './approval.ts';

/** What a person reads before they say yes or no. Made by code from the stored action; no word of it is a model's. */
export interface ApprovalCard {
  verb: string;
  target: string;
  lines: string[];
  reasons: string[];
}

const SUBJECT_CHARS = 200;

const senderOf = (from: Address): string => plainAddress(from, SUBJECT_CHARS) || 'an unknown sender';

const parameterLines = (action: Action, names: Names): string[] =>
  Object.entries(action.parameters).map(([name, value]) => {
    const shown = name === 'label' && typeof value === 'string' ? names.label(value) : value;
    return `${name}: ${plainLine(typeof shown === 'string' ? shown : JSON.stringify(shown), 2_000)}`;
  });

/** Line by line as it will be read, and none of it left out. */
const wholeText = (text: string): string =>
  text
    .split(/\r?\n/)
    .map((line) => plainLine(line, line.length + 1))
    .join('\n');

/** Every recipient in full, and the exact text: what is approved is what is sent. */
const letterLines = ({ type, review, parameters }: Action): string[] => {
  const { to = [] } = review.action.sends ?? {};
  const { text, note, attached, quote } = parameters;
  return [
    to.length === 0 ? 'To: nobody, for its sender has no address' : `To: ${to.join(', ')}`,
    ...[text, note].flatMap((part) =>
      typeof part === 'string' && part !== '' ? [`Text:\n${wholeText(part)}`] : [],
    ),
    ...(type === 'reply' && quote !== false ? ['Below it the text of the message, quoted.'] : []),
    ...(review.action.sends?.kind === 'forward'
      ? [
          attached === true
            ? 'With the whole message as a file.'
            : 'With the text and the files of the message.',
        ]
      : []),
  ];
};

export const approvalCard = (o: {
  action: Action;
  approval: Pick<Approval, 'reasons'>;
  message: { subject: string; from: Address; receivedAt: string } | undefined;
  ruleName: string | null;
  names: Names;
}): ApprovalCard => {
  const { action, message, ruleName, names } = o;
  const subject = plainLine(message?.subject ?? '', SUBJECT_CHARS) || '(no subject)';
  const reversible = findActionKind(action.type)?.reversible ?? false;
  return {
    verb: describeAction(action, names),
    target: message
      ? `“${subject}” from ${senderOf(message.from)}, ${message.receivedAt.slice(0, 10)}`
      : 'a message that is no longer there',
    lines: [
      ...(action.review.action.sends ? letterLines(action) : parameterLines(action, names)),
      ...(ruleName === null ? [] : [`The rule “${plainLine(ruleName, SUBJECT_CHARS)}” asked for it.`]),
      reversible ? 'It can be undone afterwards.' : 'It cannot be undone.',
    ],
    reasons: o.approval.reasons.map((r) => r.sentence),
  };
};
