import { autoReplyRecipient, replyRecipient } from '#mail/answering.ts';
import type { ParsedMail } from '#mail/message.ts';
import { sendableAddress } from '#mail/outgoing-address.ts';
import type { ReviewInput } from '#policy/review.ts';
import { actionKind } from './kinds/catalog.ts';
import type { Letter } from './kinds/define.ts';

type Origin = Pick<ParsedMail, 'from' | 'replyTo' | 'headers'>;

/** Whom a letter goes to: those whom a person named, or the sender as the headers have it. Nothing else is ever asked (V2). */
export const recipientsOf = (letter: Letter, mail: Origin): string[] => {
  if (letter.form === 'forward') return letter.to.flatMap((address) => sendableAddress(address) ?? []);
  const address = letter.form === 'reply' ? replyRecipient(mail) : autoReplyRecipient(mail);
  return address === null ? [] : [address];
};

/** What policy is told of an action that sends; undefined for those that do not. */
export const sendsOf = (
  action: { type: string; parameters: Record<string, unknown> },
  mail: Origin,
): ReviewInput['action']['sends'] => {
  const sends = actionKind(action.type).sends?.(action.parameters);
  if (!sends) return undefined;
  if (sends.kind === 'forward') {
    return { kind: 'forward', to: sends.to.flatMap((address) => sendableAddress(address) ?? []) };
  }
  const address = sends.automatic ? autoReplyRecipient(mail) : replyRecipient(mail);
  return { kind: 'reply', to: address === null ? [] : [address] };
};
