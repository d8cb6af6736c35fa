import { foreseenRefusal } from '#actions/foresee.ts';
import { findActionKind } from '#actions/kinds/catalog.ts';
import { performJob } from '#actions/perform.job.ts';
import { countRecentActions, insertActions } from '#actions/store.ts';
import { BULK_PRIORITY, LIVE_MAIL_MS, RATE_WINDOW_MS } from '#config/limits.ts';
import type { Tx } from '#db/db.ts';
import { settleInLedger } from '#mail/ledger-store.ts';
import { findMail, type StoredMail } from '#mail/message-store.ts';
import { isKnownSender } from '#mail/sender-store.ts';
import { rateExceeded, rateKind } from '#policy/rate.ts';
import { authenticationResults } from '#rules/authentication.ts';
import { type Evaluation, evaluate, type RuleMatch } from '#rules/evaluate.ts';
import { MessageFacts } from '#rules/facts.ts';
import { recordHits } from '#rules/store.ts';
import { crashpoint } from '#std/crashpoint.ts';
import { toMs } from '#std/time.ts';
import { currentTraceId, span } from '#telemetry/trace.ts';
import type { TriagePorts } from './ports.ts';
import { type ProposeContext, proposeActions } from './propose.ts';
import { type Decision, insertDecision, isDecided } from './store.ts';

/** A message is judged once when it arrives; judging it again is a command of its own. */
const ARRIVAL = 'arrival';

export interface ClassifyRequest {
  userId: string;
  messageId: string;
  /** It came by itself, not in bulk. */
  live: boolean;
  /** A write transaction that commits only while the job is still ours. */
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
}

export interface Classified {
  matched: number;
  actions: number;
}

/**
 * Rules first. What they decide, the actions that follow and the jobs that carry them out are one transaction. A message
 * that no rule matched is left alone and counted so. Run again, it changes nothing.
 */
export const classify = (ports: TriagePorts, r: ClassifyRequest): Promise<Classified> =>
  span('email.classify', { 'ashford.message.id': r.messageId }, async (s) => {
    const message = await findMail(ports.db, r.userId, r.messageId);
    if (!message || message.goneAt !== null) {
      await leaveAlone(ports, r, 'It was gone before it was judged.');
      return { matched: 0, actions: 0 };
    }
    const compiled = await ports.rulesOf(r.userId);
    const facts = await factsOf(ports, message);
    const evaluation = evaluate(compiled, facts, ports.ruleMode);
    s.set({ 'ashford.rules.matched': evaluation.matched.length });
    if (evaluation.matched.length === 0) {
      await leaveAlone(ports, r, 'No rule matched.');
      return { matched: 0, actions: 0 };
    }
    const authenticated = facts.auth.dmarc === 'pass';
    const actions = await decide(ports, r, { message, evaluation, authenticated });
    return { matched: evaluation.matched.length, actions };
  });

const leaveAlone = (ports: TriagePorts, r: ClassifyRequest, reason: string): Promise<void> =>
  r.write((tx) =>
    settleInLedger(tx, { messageId: r.messageId, state: 'left_alone', reason, now: ports.clock.now() }),
  );

/** What the rules may look at of a stored message. */
export const factsOf = async (ports: TriagePorts, message: StoredMail): Promise<MessageFacts> => {
  const mail = message.mail.reveal();
  const from = mail.from.map((a) => a.address).filter((a) => a !== '');
  return new MessageFacts({
    accountId: message.accountId,
    mail,
    labels: message.state.labels,
    flags: message.state.flags,
    sizeBytes: message.sizeBytes,
    receivedAt: message.receivedAt,
    knownSender: from.length > 0 && (await isKnownSender(ports.db, message.userId, from)),
    auth: authenticationResults(mail.headers, await ports.trustedAuthServer(message.accountId)),
    now: ports.clock.now(),
  });
};

interface Judged {
  message: StoredMail;
  evaluation: Evaluation;
  authenticated: boolean;
}

const decide = async (ports: TriagePorts, r: ClassifyRequest, j: Judged): Promise<number> => {
  const refused = await sendGuard(ports, j);
  return r.write(async (tx) => {
    if (await isDecided(tx, r.messageId, ARRIVAL)) return 0;
    const now = ports.clock.now();
    const decisionId = ports.newId();
    const traceId = currentTraceId() ?? null;
    const rate = await rateGuard(ports, tx, { message: j.message, cameLive: r.live });
    const actions = proposeActions(j.evaluation, {
      message: j.message,
      decisionId,
      traceId,
      authenticated: j.authenticated,
      rate,
      foreseenRefusal: refused,
      policy: ports.policy,
      newId: ports.newId,
      now,
    });
    const waiting = actions.filter((a) => a.status === 'approved_pending');
    const acting = j.evaluation.matched.some((m) => !m.shadow);
    await insertDecision(tx, {
      ...decisionOf(j, acting),
      id: decisionId,
      needsApproval: waiting.length > 0,
      traceId,
      createdAt: now,
    });
    crashpoint('classify.decided');
    await insertActions(tx, actions);
    for (const action of waiting) await ports.askApproval(tx, action, action.reasons);
    await ports.queue.enqueueMany(
      performJob,
      actions.filter((a) => a.status === 'queued').map((a) => ({ actionId: a.id })),
      {
        tx,
        userId: r.userId,
        fairKey: j.message.accountId,
        priority: r.live ? 0 : BULK_PRIORITY,
      },
    );
    crashpoint('classify.enqueued');
    const hits = new Map(j.evaluation.matched.map((m) => [m.ruleId, 1]));
    await recordHits(tx, { userId: r.userId, hits, now });
    await settleInLedger(tx, {
      messageId: r.messageId,
      state: acting ? 'decided' : 'left_alone',
      reason: acting ? null : 'Only rules in shadow matched.',
      now,
    });
    return actions.length;
  });
};

const decisionOf = (
  { message, evaluation }: Judged,
  acting: boolean,
): Omit<Decision, 'id' | 'needsApproval' | 'traceId' | 'createdAt'> => ({
  userId: message.userId,
  accountId: message.accountId,
  messageId: message.id,
  occasion: ARRIVAL,
  source: 'deterministic',
  details: {
    matches: evaluation.matched.map(({ ruleId, name, because, shadow }) => ({
      ruleId,
      name,
      because,
      shadow,
    })),
    conflicts: evaluation.conflicts.map((c) => c.sentence),
  },
  confidence: 1,
  rationale: acting ? rationale(evaluation.matched) : 'Only rules in shadow matched; nothing was done.',
});

const rationale = (matched: readonly RuleMatch[]): string =>
  matched
    .filter((m) => !m.shadow)
    .map((m) => `Rule "${m.name}": ${m.because.join('; ')}.`)
    .join(' ');

/**
 * Answers, for each type, which of the hour's limits it counts against, and whether the account has used them up. Only mail
 * that has just come in counts: an archive was chosen by a person, in bulk.
 */
const rateGuard = async (
  ports: TriagePorts,
  tx: Tx,
  { message, cameLive }: { message: StoredMail; cameLive: boolean },
): Promise<ProposeContext['rate']> => {
  const nowMs = ports.clock.ms();
  const live = cameLive && nowMs - toMs(message.receivedAt) < LIVE_MAIL_MS;
  if (!live) return () => ({ kind: null, exceeded: false });
  const limits = ports.rateLimits;
  const sinceMs = nowMs - RATE_WINDOW_MS;
  const counts = await countRecentActions(tx, { accountId: message.accountId, sinceMs, limits });
  return (type) => ({ kind: rateKind(type), exceeded: rateExceeded({ type, live }, counts, limits) });
};

/** Answers, for each rule and type, why what it would send will be refused, so that nobody is asked about it first. */
const sendGuard = async (
  ports: TriagePorts,
  { message, evaluation }: Judged,
): Promise<(ruleId: string, type: string) => string | null> => {
  const refusals = new Map<string, string | null>();
  for (const { ruleId, action } of evaluation.actions) {
    if (!findActionKind(action.type)?.sends) continue;
    refusals.set(`${ruleId} ${action.type}`, await foreseenRefusal(ports, message, { ruleId, ...action }));
  }
  return (ruleId, type) => refusals.get(`${ruleId} ${type}`) ?? null;
};
