import type { Action } from '#actions/action.ts';
import type { SendingSettings } from '#actions/ports.ts';
import type { Db, Tx } from '#db/db.ts';
import type { RateLimits } from '#policy/rate.ts';
import type { PolicyReason, PolicySettings } from '#policy/review.ts';
import type { Queue } from '#queue/queue.ts';
import type { CompiledRules } from '#rules/compile.ts';
import type { RuleMode } from '#rules/evaluate.ts';
import type { Clock } from '#std/clock.ts';
import type { NewId } from '#std/ids.ts';

/** What deciding about a message needs of the program. */
export interface TriagePorts {
  db: Db;
  clock: Clock;
  newId: NewId;
  queue: Queue;
  /** A user's rules, compiled once per change. */
  rulesOf(userId: string): Promise<CompiledRules>;
  ruleMode: RuleMode;
  policy: PolicySettings;
  sending: SendingSettings;
  rateLimits: RateLimits;
  /** The name under which an account's own server writes Authentication-Results; null when it has none. */
  trustedAuthServer(accountId: string): Promise<string | null>;
  /** Makes a card for a person, in the same transaction that lets the action wait for it. */
  askApproval(
    tx: Tx,
    action: Pick<Action, 'id' | 'userId' | 'messageId' | 'type' | 'parameters'>,
    reasons: readonly PolicyReason[],
  ): Promise<void>;
}
