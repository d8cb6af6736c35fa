import type { ApprovalState } from '#db/enums.ts';
import type { SHOWN_APPROVAL_STATES } from '#http/shapes/action.ts';

type Shown = (typeof SHOWN_APPROVAL_STATES)[number];

const SHOWN: Readonly<Record<ApprovalState, Shown>> = {
  waiting: 'pending',
  approved: 'approved',
  rejected: 'rejected',
  expired: 'expired',
  superseded: 'canceled',
};

/** The state of an approval in the words of the API. */
export const shownState = (state: ApprovalState): Shown => SHOWN[state];

export const storedState = (shown: Shown): ApprovalState =>
  (Object.keys(SHOWN) as ApprovalState[]).find((state) => SHOWN[state] === shown) ?? 'waiting';
