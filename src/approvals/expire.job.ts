import { z } from 'zod';
import { moveAction } from '#actions/store.ts';
import type { JobContext } from '#queue/context.ts';
import { defineJob } from '#queue/define.ts';
import type { Clock } from '#std/clock.ts';
import { crashpoint } from '#std/crashpoint.ts';
import { answerApproval, findApproval } from './store.ts';

/** Ends an approval that nobody answered: no answer means no. */
export const expireJob = defineJob({
  type: 'approval.expire',
  payload: z.strictObject({ approvalId: z.string() }),
  maxAttempts: 10,
  idempotencyKey: (p) => `approval-expire:${p.approvalId}`,
  run: async (ctx: JobContext<{ clock: Clock }>, p) => {
    const expired = await ctx.write(async (tx) => {
      const approval = await findApproval(tx, p.approvalId);
      if (approval?.state !== 'waiting') return false;
      const now = ctx.app.clock.now();
      await answerApproval(tx, { id: approval.id, state: 'expired', now, by: 'ashford', via: 'schedule' });
      crashpoint('approval.expired');
      return moveAction(tx, {
        id: approval.actionId,
        from: 'approved_pending',
        to: 'rejected',
        now,
        errorMessage: 'Nobody answered in time.',
      });
    });
    return { expired };
  },
});
