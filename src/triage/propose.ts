import { findActionKind } from '#actions/kinds/catalog.ts';
import { sendsOf } from '#actions/recipients.ts';
import type { NewAction } from '#actions/store.ts';
import type { StoredMail } from '#mail/message-store.ts';
import type { RateKind } from '#policy/rate.ts';
import { type PolicySettings, type ReviewInput, review } from '#policy/review.ts';
import type { Evaluation } from '#rules/evaluate.ts';
import type { MergedAction } from '#rules/merge.ts';
import type { NewId } from '#std/ids.ts';
import type { Instant } from '#std/time.ts';

export interface ProposeContext {
  message: StoredMail;
  decisionId: string;
  traceId: string | null;
  authenticated: boolean;
  /** Which of the hour's limits an action of this type counts against, and whether they are used up. */
  rate(type: string): { kind: RateKind | null; exceeded: boolean };
  /** Why what it would send will be refused; null when it may well be sent. */
  foreseenRefusal(ruleId: string, type: string): string | null;
  policy: PolicySettings;
  newId: NewId;
  now: Instant;
}

/** The actions that a decision leads to, each with policy's verdict on it. Pure but for ids. */
export const proposeActions = (evaluation: Evaluation, c: ProposeContext): NewAction[] =>
  evaluation.actions.flatMap((merged) => {
    const action = propose(merged, c);
    return action ? [action] : [];
  });

const propose = ({ ruleId, action, safeMode }: MergedAction, c: ProposeContext): NewAction | undefined => {
  const kind = findActionKind(action.type);
  if (!kind) return undefined;
  const sends = kind.sends && sendsOf(action, c.message.mail.reveal());
  const rate = c.rate(kind.type);
  const input: ReviewInput = {
    source: 'deterministic',
    action: { type: kind.type, danger: kind.danger, ...(sends ? { sends } : {}) },
    confidence: 1,
    safeMode,
    authenticated: c.authenticated,
    rateExceeded: rate.exceeded,
  };
  const { verdict, reasons } = review(input, c.policy);
  if (verdict === 'deny') return undefined;
  const refusal = c.foreseenRefusal(ruleId, kind.type);
  return {
    id: c.newId(),
    userId: c.message.userId,
    accountId: c.message.accountId,
    messageId: c.message.id,
    decisionId: c.decisionId,
    ruleId,
    source: 'deterministic',
    type: kind.type,
    parameters: action.parameters,
    ...(refusal === null
      ? { status: verdict === 'allow' ? 'queued' : 'approved_pending' }
      : { status: 'canceled', errorMessage: refusal }),
    confidence: 1,
    reasons,
    review: input,
    reviewedAt: c.now,
    traceId: c.traceId,
    createdAt: c.now,
    rateKind: rate.kind,
  };
};
