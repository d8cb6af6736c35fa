import type { ApiCall } from '#test/fakes/gmail/api/api-call.ts';
import { ApiError, notFound } from '#test/fakes/gmail/api/api-error.ts';
import { failureReport } from '#test/fakes/gmail/mailbox/failure-report.ts';
import type { MailItem } from '#test/fakes/gmail/mailbox/mail-item.ts';
import { headOf } from '#test/fakes/gmail/mailbox/mail-item.ts';
import { checkSize, incomingCopy, outgoing, rawOf } from '#test/fakes/gmail/mailbox/outgoing.ts';
import { splitHead } from '#test/fakes/gmail/mime/header-lines.ts';
import { briefJson } from './message-json.ts';

const DAY_MS = 86_400_000;

/** The mail and the thread of a request: in its JSON, or uploaded beside it. */
export const mailOf = (
  call: ApiCall,
  message: Record<string, unknown> | undefined,
): { raw: Buffer; threadId: string | undefined } => {
  const { threadId } = message ?? {};
  return {
    raw: call.media ?? rawOf(message?.raw),
    threadId: typeof threadId === 'string' && threadId !== '' ? threadId : undefined,
  };
};

const checkLimits = (call: ApiCall): void => {
  const { user, world } = call;
  const nowMs = world.clock.ms();
  user.sentAtMs = user.sentAtMs.filter((at) => at > nowMs - DAY_MS);
  const over = user.sentAtMs.length >= world.behaviour.sendsPerDay;
  if (!over && nowMs >= user.sendsBlockedUntilMs) return;
  const untilMs = Math.max(user.sendsBlockedUntilMs, over ? (user.sentAtMs[0] ?? nowMs) + DAY_MS : 0);
  throw new ApiError({
    code: 429,
    reason: 'rateLimitExceeded',
    domain: 'usageLimits',
    message: `User-rate limit exceeded.  Retry after ${new Date(untilMs).toISOString()} (Mail sending)`,
  });
};

/** Throws when a mail is to join a thread that does not exist. */
export const checkThread = (call: ApiCall, threadId: string | undefined): void => {
  if (threadId !== undefined && call.user.mailbox.thread(threadId).length === 0) throw notFound();
};

const reportFailures = (call: ApiCall, sent: { raw: Buffer; recipients: readonly string[] }): void => {
  const { world, user } = call;
  for (const to of sent.recipients) {
    const domain = to.split('@')[1] ?? '';
    if (!world.behaviour.bounces.some((one) => one === to || one === domain)) continue;
    const nowMs = world.clock.ms();
    const source = failureReport({ raw: sent.raw, from: user.email, to, nowMs });
    user.mailbox.add({ source, labels: ['INBOX', 'UNREAD'], internalMs: nowMs });
  }
};

const toOthers = (call: ApiCall, sent: { raw: Buffer; recipients: readonly string[] }): void => {
  const { world, user } = call;
  for (const to of sent.recipients) {
    const other = to === user.email.toLowerCase() ? undefined : world.users.get(to);
    if (!other) continue;
    const nowMs = world.clock.ms();
    const source = incomingCopy({ raw: sent.raw, from: user.email, to, nowMs });
    other.mailbox.add({ source, labels: ['INBOX', 'UNREAD'], internalMs: nowMs });
  }
};

/** Lets a mail go out: it stands in SENT afterwards, and in the ledger. */
export const sendMail = (
  call: ApiCall,
  mail: { raw: Buffer; threadId: string | undefined; draftId?: string },
): MailItem => {
  const { world, user } = call;
  checkLimits(call);
  checkThread(call, mail.threadId);
  const sent = outgoing(world, user.email, mail.raw);
  const toSelf = sent.recipients.includes(user.email.toLowerCase());
  const threadId =
    mail.threadId === undefined ? undefined : user.mailbox.threadForSending(mail.threadId, sent.head);
  const item = user.mailbox.add({
    source: sent.raw,
    labels: toSelf ? ['UNREAD', 'SENT', 'INBOX'] : ['SENT'],
    internalMs: world.clock.ms(),
    threadId: threadId ?? null,
  });
  user.sentAtMs.push(world.clock.ms());
  world.ledger.add({
    kind: 'send',
    user: user.email,
    method: call.method,
    messageId: item.id,
    threadId: item.threadId,
    to: sent.to,
    subject: sent.head.subject,
    givenMessageId: sent.givenMessageId,
    sentMessageId: sent.head.messageId,
    ...(mail.draftId ? { draftId: mail.draftId } : {}),
    ...(sent.opId ? { opId: sent.opId } : {}),
  });
  if (world.behaviour.deliversBetweenUsers) toOthers(call, sent);
  reportFailures(call, sent);
  return item;
};

export const sendMessage = (call: ApiCall): unknown => briefJson(sendMail(call, mailOf(call, call.body)));

/** users.messages.insert and import: a mail put into the mailbox without being sent. */
export const insertMessage = (call: ApiCall): unknown => {
  const { user, world, body } = call;
  const { raw, threadId } = mailOf(call, body);
  checkThread(call, threadId);
  const labels = Array.isArray(body.labelIds)
    ? body.labelIds.map((id) => user.mailbox.labels.get(String(id)).id)
    : [];
  const head = headOf(splitHead(checkSize(raw)).headers);
  const joined = threadId === undefined ? undefined : (user.mailbox.threadForSending(threadId, head) ?? null);
  const byDate =
    (call.query.get('internalDateSource') ?? '') === 'dateHeader' || call.method === 'messages.import';
  const item = user.mailbox.add({
    source: raw,
    labels,
    ...(byDate ? {} : { internalMs: world.clock.ms() }),
    ...(joined === undefined ? {} : { threadId: joined }),
  });
  world.ledger.add({ kind: 'insert', user: user.email, method: call.method, messageId: item.id });
  return briefJson(item);
};
