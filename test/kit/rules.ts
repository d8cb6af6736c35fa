import type { ParsedMail } from '#mail/message.ts';
import { type FactsInput, MessageFacts } from '#rules/facts.ts';
import type { Rule, RuleInput } from '#rules/rule.ts';
import { parseRule } from '#rules/rule.ts';
import { toInstant } from '#std/time.ts';

/** A mail in which only what a test is about needs to be said. `from` and `to` may be bare addresses. */
export const mail = (
  part: Partial<Omit<ParsedMail, 'from' | 'to'>> & { from?: string[]; to?: string[] } = {},
): ParsedMail => {
  const { from = ['ada@example.com'], to = ['robin@marlow.example'], ...rest } = part;
  const text = rest.text ?? '';
  return {
    rfc822MessageId: null,
    inReplyTo: null,
    references: [],
    replyTo: [],
    cc: [],
    bcc: [],
    subject: '',
    date: null,
    headers: [],
    html: null,
    newText: text,
    snippet: '',
    attachments: [],
    hasCalendar: false,
    notes: [],
    ...rest,
    text,
    from: from.map((address) => ({ name: '', address })),
    to: to.map((address) => ({ name: '', address })),
  };
};

const NOW = Date.parse('2026-01-15T09:00:00.000Z');

export const facts = (
  part: Parameters<typeof mail>[0] = {},
  input: Partial<Omit<FactsInput, 'mail'>> = {},
): MessageFacts =>
  new MessageFacts({
    accountId: 'account-1',
    labels: ['INBOX'],
    flags: [],
    sizeBytes: 1000,
    receivedAt: toInstant(NOW - 60_000),
    knownSender: false,
    now: toInstant(NOW),
    ...input,
    mail: mail(part),
  });

/** A stored rule; what is not said is as a new rule has it. */
export const rule = (
  part: Partial<RuleInput> & Partial<Pick<Rule, 'id' | 'userId' | 'disabledReason'>> = {},
): Rule => {
  const { id = 'rule-1', userId = 'user-1', disabledReason = null, ...input } = part;
  return {
    ...parseRule({
      name: id,
      conditions: { op: 'and', children: [] },
      actions: [{ type: 'archive' }],
      ...input,
    }),
    id,
    userId,
    disabledReason,
    hits: 0,
    lastHitAt: null,
    createdAt: toInstant(NOW),
    updatedAt: toInstant(NOW),
  };
};
