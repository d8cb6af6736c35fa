import { domainToASCII } from 'node:url';
import type { Action } from '#actions/action.ts';
import { describeAction, type Names } from '#actions/describe.ts';
import { findActionKind } from '#actions/kinds/catalog.ts';
import type { Address } from '#mail/message.ts';
import type { Approval } from './approval.ts';

/** What a person reads before they say yes or no. Made by code from the stored action; no word of it is a model's. */
export interface ApprovalCard {
  verb: string;
  target: string;
  lines: string[];
  reasons: string[];
}

/** Characters that hide, turn or break text would let a stranger write on the card. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\u2028\u2029]+/gu;
const SUBJECT_CHARS = 200;

const oneLine = (text: string, limit: number): string => {
  const plain = text.replaceAll(UNSAFE, ' ').replaceAll(/\s+/g, ' ').trim();
  return plain.length > limit ? `${plain.slice(0, limit - 1)}…` : plain;
};

/** An address with its domain in ASCII, so that letters which look alike do not pass for others. */
const plainAddress = ({ address }: Address): string => {
  const at = address.lastIndexOf('@');
  if (at < 0) return oneLine(address, SUBJECT_CHARS) || 'an unknown sender';
  const domain = domainToASCII(address.slice(at + 1)) || address.slice(at + 1);
  return oneLine(`${address.slice(0, at)}@${domain}`, SUBJECT_CHARS);
};

const parameterLines = (action: Action, names: Names): string[] =>
  Object.entries(action.parameters).map(([name, value]) => {
    const shown = name === 'label' && typeof value === 'string' ? names.label(value) : value;
    return `${name}: ${oneLine(typeof shown === 'string' ? shown : JSON.stringify(shown), 2_000)}`;
  });

export const approvalCard = (o: {
  action: Action;
  approval: Pick<Approval, 'reasons'>;
  message: { subject: string; from: Address; receivedAt: string } | undefined;
  ruleName: string | null;
  names: Names;
}): ApprovalCard => {
  const { action, message, ruleName, names } = o;
  const subject = oneLine(message?.subject ?? '', SUBJECT_CHARS) || '(no subject)';
  const reversible = findActionKind(action.type)?.reversible ?? false;
  return {
    verb: describeAction(action, names),
    target: message
      ? `“${subject}” from ${plainAddress(message.from)}, ${message.receivedAt.slice(0, 10)}`
      : 'a message that is no longer there',
    lines: [
      ...parameterLines(action, names),
      ...(ruleName === null ? [] : [`The rule “${oneLine(ruleName, SUBJECT_CHARS)}” asked for it.`]),
      reversible ? 'It can be undone afterwards.' : 'It cannot be undone.',
    ],
    reasons: o.approval.reasons.map((r) => r.sentence),
  };
};
