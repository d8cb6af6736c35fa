import type { ApprovalState } from '#db/enums.ts';
import type { PolicyReason } from '#policy/review.ts';
import type { Instant } from '#std/time.ts';

/** A yes or no that an action waits for. */
export interface Approval {
  id: string;
  userId: string;
  actionId: string;
  state: ApprovalState;
  /** SHA-256 of the action as it was shown. */
  actionHash: string;
  reasons: PolicyReason[];
  createdAt: Instant;
  expiresAt: Instant;
  decidedAt: Instant | null;
  decidedBy: string | null;
  decidedVia: string | null;
}
