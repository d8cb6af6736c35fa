import { api } from '#lib/api/client.ts';
import type { Approval } from '#lib/api/types.ts';
import { live } from '#lib/live.svelte.ts';
import { toasts } from '#lib/toasts.svelte.ts';

/** Says yes or no to what waits and tells how it went. Resolves to whether the answer counted. */
export const answerApproval = async (approval: Approval, yes: boolean): Promise<boolean> => {
  let counted = true;
  try {
    await (yes ? api.approve(approval.id) : api.reject(approval.id));
    toasts.show(`${yes ? 'Approved' : 'Rejected'}: ${approval.card.verb}`);
  } catch (error) {
    counted = false;
    toasts.fail('Your answer didn’t count.', error);
  }
  live.changed(['approvals', 'actions']);
  return counted;
};
