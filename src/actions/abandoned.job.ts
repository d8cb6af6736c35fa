import { z } from 'zod';
import { PAGE_ROWS_MAX } from '#config/limits.ts';
import type { JobContext } from '#queue/context.ts';
import { defineJob } from '#queue/define.ts';
import type { Job } from '#queue/job.ts';
import { performJob } from './perform.job.ts';
import { endFailed } from './perform.ts';
import type { ActionPorts } from './ports.ts';
import { findAction } from './store.ts';

const performPayload = z.object({ actionId: z.string() });

/** Ends the action of a job that nothing will run again. Returns whether there was one that still looked under way. */
const endOf = async (ports: ActionPorts, job: Job): Promise<boolean> => {
  const { data } = performPayload.safeParse(job.payload);
  const action = data && (await findAction(ports.db, data.actionId));
  if (action?.status !== 'queued' && action?.status !== 'executing') return false;
  // An approval that came later has given it another job, with the approval in its key.
  if ((action.approvedHash === null) !== (job.idempotencyKey === `action:${action.id}`)) return false;
  await endFailed(ports, action, job.lastError ?? 'Its job ended without it.');
  return true;
};

/**
 * A job that is given up because its worker died with it, or that an operator cancels, has nobody left to end its action,
 * which would look as if something were still to come. This ends such actions, with the reason of the job.
 */
export const abandonedJob = defineJob({
  type: 'action.abandoned',
  title: 'End actions whose job was given up',
  payload: z.strictObject({}),
  keepCompleted: false,
  singletonKey: () => 'action.abandoned',
  run: async (ctx: JobContext<ActionPorts>) => {
    const { type } = performJob;
    let ended = 0;
    for (const state of ['failed', 'canceled'] as const) {
      const over = await ctx.app.queue.list({ type, state, limit: PAGE_ROWS_MAX });
      for (const job of over) if (await endOf(ctx.app, job)) ended++;
    }
    if (ended > 0) ctx.note({ ended });
  },
});
