import type { Action } from '#actions/action.ts';
import { actionsOfMessages, rulesThatActed } from '#actions/list-store.ts';
import type { Sql } from '#db/db.ts';
import type { DecisionView, MessageView, ThreadSummary } from '#http/shapes/mail.ts';
import { replyRecipient } from '#mail/answering.ts';
import { emailOf } from '#mail/email.ts';
import type { Address } from '#mail/message.ts';
import type { StoredMail } from '#mail/message-store.ts';
import { sanitizeHtml } from '#mail/sanitize.ts';
import { type ThreadPlace, threadHeads } from '#mail/thread-list-store.ts';
import { ruleNames } from '#rules/store.ts';
import { type Decision, latestDecisions } from '#triage/store.ts';
import { actionSummaries } from './action-view.ts';

const NOBODY: Address = { name: '', address: '' };

/** The rule that decided, or the first one in shadow when none acted. */
export const decisionView = (d: Decision): DecisionView => {
  const match = d.details.matches.find((m) => !m.shadow) ?? d.details.matches[0];
  return {
    id: d.id,
    source: d.source,
    rationale: d.rationale === '' ? null : d.rationale,
    ruleId: match?.ruleId ?? null,
    ruleName: match?.name ?? null,
    because: match?.because ?? [],
  };
};

const messageView = (
  m: StoredMail,
  o: { decision: Decision | undefined; actions: MessageView['actions'] },
): MessageView => {
  const email = emailOf(m);
  const mail = m.mail.reveal();
  return {
    id: email.id,
    threadId: email.threadId,
    accountId: email.accountId,
    from: email.from[0] ?? NOBODY,
    to: email.to,
    cc: email.cc,
    answerTo: replyRecipient(mail),
    receivedAt: email.receivedAt,
    subject: email.subject,
    text: email.text,
    newText: email.newText,
    html: mail.html === null ? null : sanitizeHtml(mail.html),
    labels: email.labels,
    flags: email.flags,
    attachments: email.attachments.map(({ contentId, ...shown }) => shown),
    notes: email.notes,
    ...(o.decision ? { decision: decisionView(o.decision) } : {}),
    actions: o.actions,
  };
};

/** Messages with why and what was done, in the same order. */
export const messageViews = async (
  sql: Sql,
  userId: string,
  mails: readonly StoredMail[],
): Promise<MessageView[]> => {
  const ids = mails.map((m) => m.id);
  const decisions = await latestDecisions(sql, userId, ids);
  const actions: Action[] = await actionsOfMessages(sql, userId, ids);
  const summaries = await actionSummaries(sql, userId, actions);
  return mails.map((m) =>
    messageView(m, {
      decision: decisions.get(m.id),
      actions: summaries.filter((a) => a.messageId === m.id),
    }),
  );
};

/** Threads as lists show them, in the order of their places. */
export const threadSummaries = async (
  sql: Sql,
  userId: string,
  places: readonly Pick<ThreadPlace, 'threadId'>[],
): Promise<ThreadSummary[]> => {
  const heads = await threadHeads(
    sql,
    userId,
    places.map((p) => p.threadId),
  );
  const threadOf = new Map(
    [...heads.values()].flatMap((h) => h.messageIds.map((id): [string, string] => [id, h.id])),
  );
  const acted = await rulesThatActed(sql, userId, [...threadOf.keys()]);
  const names = await ruleNames(
    sql,
    userId,
    acted.map((a) => a.ruleId),
  );
  const rulesOf = new Map<string, Set<string>>();
  for (const { messageId, ruleId } of acted) {
    const thread = threadOf.get(messageId) ?? '';
    const name = names.get(ruleId);
    if (name !== undefined) rulesOf.set(thread, (rulesOf.get(thread) ?? new Set()).add(name));
  }
  return places.flatMap(({ threadId }) => {
    const head = heads.get(threadId);
    if (!head) return [];
    const { messageIds, ...rest } = head;
    return [{ ...rest, ruleNames: [...(rulesOf.get(threadId) ?? [])] }];
  });
};
