import {
  SEND_BRIEF_MS,
  SEND_CALL_MS,
  SEND_LOOK_WAITS_MS,
  SEND_PAUSE_MAX_MS,
  SEND_PAUSE_MS,
  SEND_TRIES,
} from '#config/limits-sending.ts';
import type { Tx } from '#db/db.ts';
import { contentHash } from '#mail/content-hash.ts';
import { findHandle } from '#mail/message-store.ts';
import type { Mailbox } from '#mail/port.ts';
import { findSentCopy } from '#mail/sent-store.ts';
import { invariant } from '#std/assert.ts';
import { crashpoint } from '#std/crashpoint.ts';
import { AppError, errorMessage } from '#std/errors.ts';
import { toInstant, toMs } from '#std/time.ts';
import { type OutboxMail, outgoingOf } from './outbox.ts';
import { moveOutboxMail, outboxMailOf } from './outbox-store.ts';
import { endSendPause, pauseSends, sendPauseOf } from './pause-store.ts';
import type { ActionPorts } from './ports.ts';
import { endCancelled, endSent, endUncertain } from './send-end.ts';
import { findAction } from './store.ts';

/** What became of a mail for now: it is over, or there is something to do at that time. */
export type Walked = 'nothing' | 'sent' | 'cancelled' | 'uncertain' | { againMs: number };

/** One run of the job of a mail. */
export interface Walk {
  ports: ActionPorts;
  /** Commits only while the job is ours. */
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
}

interface Step extends Walk {
  mail: OutboxMail;
  mailbox: Mailbox;
}

const NEVER_CAME = 'The answer to it never came.';

/** A mail that moved on under our hands is looked at anew. */
const AGAIN = 'again';
type Stepped = Walked | typeof AGAIN;

/** Steps of one run: more would mean that it goes round in circles. */
const STEPS = 8;

/**
 * Takes a mail as far as it goes. Whatever happened before, it leaves at most once: `sending` is stored before the call,
 * and a mail found there is looked for and never just sent again.
 */
export const walkMail = async (w: Walk, actionId: string): Promise<Walked> => {
  for (let i = 0; i < STEPS; i++) {
    const mail = await outboxMailOf(w.ports.db, actionId);
    if (!mail || mail.state === 'sent' || mail.state === 'uncertain') return 'nothing';
    const { mailbox } = await w.ports.openMailbox(mail.accountId);
    const stepped = await step({ ...w, mail, mailbox });
    if (stepped !== AGAIN) return stepped;
  }
  return { againMs: w.ports.clock.ms() + (SEND_LOOK_WAITS_MS[0] ?? 0) };
};

const step = (s: Step): Promise<Stepped> => {
  switch (s.mail.state) {
    case 'prepared':
      return stage(s);
    case 'staged':
      return send(s);
    case 'sending':
      return look(s);
    case 'cancelled':
      return clear(s);
    default:
      return Promise.resolve('nothing');
  }
};

/** The account sends nothing while its provider wants it so. */
const pausedUntil = async ({ ports, mail }: Step): Promise<number | null> => {
  const pause = await sendPauseOf(ports.db, mail.accountId);
  return pause && toMs(pause.until) > ports.clock.ms() ? toMs(pause.until) : null;
};

const stage = async (s: Step): Promise<Stepped> => {
  const { ports, mail, mailbox, write } = s;
  const paused = await pausedUntil(s);
  if (paused !== null) return { againMs: paused };
  invariant(contentHash(mail.raw) === mail.rawHash, 'a mail is sent as it was written');
  crashpoint('outbox.before-stage');
  const stagedId = await mailbox.stage(outgoingOf(mail));
  crashpoint('outbox.after-stage');
  await write((tx) =>
    moveOutboxMail(tx, mail, { from: 'prepared', to: 'staged', now: ports.clock.now(), stagedId }),
  );
  return AGAIN;
};

/** Called back, or refused: what waits at the provider goes away. */
const clear = async ({ mail, mailbox }: Step): Promise<Stepped> => {
  await mailbox.unstage(outgoingOf(mail));
  return 'nothing';
};

const send = async (s: Step): Promise<Stepped> => {
  const { ports, mail, mailbox, write } = s;
  const paused = await pausedUntil(s);
  if (paused !== null) return { againMs: paused };
  if (mail.tries >= SEND_TRIES) return refuse(s, `It could not be handed over in ${SEND_TRIES} tries.`);
  const sending: OutboxMail = { ...mail, tries: mail.tries + 1, looks: 0, state: 'sending' };
  const begun = await write((tx) =>
    moveOutboxMail(tx, sending, { from: 'staged', to: 'sending', now: ports.clock.now() }),
  );
  if (!begun) return AGAIN;
  crashpoint('outbox.sending');
  let sentId: string | null;
  let refused: readonly string[] = [];
  try {
    sentId = await mailbox.send(outgoingOf(mail), (recipients) => {
      refused = recipients;
    });
  } catch (e) {
    return afterError({ ...s, mail: sending }, e);
  }
  crashpoint('outbox.after-send');
  return record({ ...s, mail: sending }, sentId, refused);
};

const record = async (
  { ports, mail, write }: Step,
  sentId: string | null,
  refused: readonly string[] = [],
): Promise<Stepped> => {
  await write(async (tx) => {
    await endSent(ports, tx, { mail, sentId, refused, now: ports.clock.now() });
    await endSendPause(tx, mail.accountId);
    crashpoint('outbox.recording');
  });
  crashpoint('outbox.recorded');
  return 'sent';
};

/** The provider has answered, and the answer was no. */
const REFUSED: ReadonlySet<string> = new Set(['input', 'permanent', 'denied']);

/** It certainly has not left, and may at another time: only `mail.send-unknown` says that nobody knows. */
const isPutOff = (e: unknown): e is AppError =>
  e instanceof AppError &&
  (e.kind === 'needs-user' ||
    e.kind === 'limit' ||
    (e.kind === 'transient' && e.code !== 'mail.send-unknown'));

const afterError = async (s: Step, e: unknown): Promise<Stepped> => {
  if (e instanceof AppError && REFUSED.has(e.kind)) return refuse(s, errorMessage(e));
  if (isPutOff(e)) {
    if (e.kind === 'limit' && !isBrief(e)) return tooMany(s, e);
    await s.write((tx) => putOff(s, tx));
    throw e;
  }
  // Anything else may have happened after the mail had left.
  await s.write((tx) =>
    moveOutboxMail(tx, s.mail, {
      from: 'sending',
      to: 'sending',
      now: s.ports.clock.now(),
      reason: NEVER_CAME,
    }),
  );
  return { againMs: s.ports.clock.ms() + (SEND_LOOK_WAITS_MS[0] ?? 0) };
};

/** Only too fast, and not too much. */
const isBrief = ({ code, retryAfterMs }: AppError): boolean =>
  code !== 'mail.sending-limit' && retryAfterMs !== undefined && retryAfterMs < SEND_BRIEF_MS;

const refuse = async ({ ports, mail, mailbox, write }: Step, reason: string): Promise<Stepped> => {
  await write((tx) => endCancelled(tx, { mail, reason, now: ports.clock.now(), action: 'failed' }));
  await mailbox.unstage(outgoingOf(mail));
  return 'cancelled';
};

/** What nobody took counts as no try of the mail: how often that may be is said by the attempts of the job. */
const putOff = ({ ports, mail }: Step, tx: Tx): Promise<boolean> =>
  moveOutboxMail(tx, mail, {
    from: 'sending',
    to: 'staged',
    now: ports.clock.now(),
    tries: mail.tries - 1,
  });

/** It did not leave. The whole account waits, longer each time, and at least as long as the provider says. */
const tooMany = async (s: Step, e: AppError): Promise<Stepped> => {
  const { ports, mail, write } = s;
  const strikes = ((await sendPauseOf(ports.db, mail.accountId))?.strikes ?? 0) + 1;
  const pause = Math.min(SEND_PAUSE_MS * 2 ** Math.min(strikes - 1, 10), SEND_PAUSE_MAX_MS);
  const untilMs = ports.clock.ms() + Math.max(e.retryAfterMs ?? 0, pause);
  await write(async (tx) => {
    await putOff(s, tx);
    await pauseSends(tx, { accountId: mail.accountId, strikes, until: toInstant(untilMs) });
  });
  return { againMs: untilMs };
};

/** What a sync has taken in from Sent meanwhile tells as well, and of older mail too. */
const copyOf = async ({ ports, mail }: Step): Promise<string | null> => {
  const { accountId, messageId, opId } = mail;
  const action = await findAction(ports.db, mail.actionId);
  const about = action && (await findHandle(ports.db, action.messageId));
  return about ? findSentCopy(ports.db, { accountId, threadId: about.threadId, messageId, opId }) : null;
};

/** It may have left. What the mailbox says decides, and where it cannot tell, a person does. */
const look = async (s: Step): Promise<Stepped> => {
  const { ports, mail, mailbox, write } = s;
  const nowMs = ports.clock.ms();
  // Without a reason, whoever began it may still be at it.
  const overMs = toMs(mail.updatedAt) + SEND_CALL_MS;
  if (mail.reason === null && nowMs < overMs) return { againMs: overMs };
  const trace = await mailbox.traceSend(outgoingOf(mail));
  const now = ports.clock.now();
  if (trace.kind === 'sent') return record(s, trace.id);
  if (trace.kind === 'not-sent') {
    await write((tx) => moveOutboxMail(tx, mail, { from: 'sending', to: 'staged', now }));
    // Not at once: what has just failed fails again.
    return { againMs: ports.clock.ms() + (SEND_LOOK_WAITS_MS[0] ?? 0) * 2 ** Math.min(mail.tries - 1, 6) };
  }
  const copy = await copyOf(s);
  if (copy !== null) return record(s, copy);
  const looks = mail.looks + 1;
  const wait = SEND_LOOK_WAITS_MS[looks];
  if (wait === undefined) {
    await write((tx) => endUncertain(tx, { mail: { ...mail, looks }, reason: NEVER_CAME, now }));
    return 'uncertain';
  }
  await write((tx) =>
    moveOutboxMail(tx, mail, { from: 'sending', to: 'sending', now, looks, reason: NEVER_CAME }),
  );
  return { againMs: ports.clock.ms() + wait };
};
