import { createHash } from 'node:crypto';
import type { OutboxState } from '#db/enums.ts';
import type { Outgoing } from '#mail/port.ts';
import type { Instant } from '#std/time.ts';

/** A mail on its way out, and how far it has come: all but its bytes, of which there may be many millions. */
export interface OutboxEntry {
  id: string;
  userId: string;
  accountId: string;
  actionId: string;
  opId: string;
  state: OutboxState;
  /** No person asked for it by hand. */
  automatic: boolean;
  messageId: string;
  sender: string;
  recipients: string[];
  threadKey: string | null;
  rawHash: string;
  stagedId: string | null;
  sentId: string | null;
  /** Times that it was handed over, and looks for it since the last of them. */
  tries: number;
  looks: number;
  /** Why it is where it is, in a sentence. */
  reason: string | null;
  createdAt: Instant;
  updatedAt: Instant;
}

export interface OutboxMail extends OutboxEntry {
  raw: Uint8Array;
}

/**
 * How a mail may move. `sending` is stored before the call, so that whoever finds it there knows that it may have gone out;
 * it goes back to `staged` only when it certainly has not.
 */
export const OUTBOX_MOVES: Readonly<Record<OutboxState, readonly OutboxState[]>> = {
  prepared: ['staged', 'uncertain', 'cancelled'],
  staged: ['sending', 'uncertain', 'cancelled'],
  sending: ['sending', 'sent', 'staged', 'uncertain', 'cancelled'],
  uncertain: ['sent', 'prepared', 'cancelled'],
  sent: [],
  cancelled: [],
};

/** States in which nothing has been handed over yet. */
export const CAN_BE_CALLED_BACK: readonly OutboxState[] = ['prepared', 'staged'];

/** What a mail is sent for: the same occasion has the same id on every machine and after every restore. */
export interface Occasion {
  accountId: string;
  /** For what a rule does: the rule, what it does and for whom, and the message it does it to, as the provider knows that. */
  rule: { ruleId: string; type: string; to: readonly string[]; message: string } | null;
  /** For what a person asked for. */
  actionId: string;
}

/** 128 bits as hex. */
export const operationId = ({ accountId, rule, actionId }: Occasion): string =>
  createHash('sha256')
    .update(
      JSON.stringify(
        rule
          ? [accountId, 'rule', rule.ruleId, rule.type, rule.message, ...rule.to.toSorted()]
          : [accountId, 'action', actionId],
      ),
    )
    .digest('hex')
    .slice(0, 32);

/** As a provider wants it. */
export const outgoingOf = (m: OutboxMail): Outgoing => ({
  opId: m.opId,
  messageId: m.messageId,
  raw: m.raw,
  from: m.sender,
  recipients: m.recipients,
  threadKey: m.threadKey,
  stagedId: m.stagedId,
  since: m.createdAt,
});
