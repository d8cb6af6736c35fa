import { z } from 'zod';
import { PAGE_ROWS_MAX } from '#config/limits.ts';
import type { JobContext } from '#queue/context.ts';
import { defineJob } from '#queue/define.ts';
import type { Job } from '#queue/job.ts';
import { outboxMailOf, outboxStateOf } from './outbox-store.ts';
import { performJob } from './perform.job.ts';
import { endFailed } from './perform.ts';
import type { ActionPorts } from './ports.ts';
import { sendJob } from './send.job.ts';
import { giveUpSend } from './send-give-up.ts';
import { findAction } from './store.ts';

const LEFT_ALONE = 'Its job ended without it.';

const performPayload = z.object({ actionId: z.string() });

/** Ends the action of a job that nothing will run again. Returns whether there was one that still looked under way. */
const endOf = async (ports: ActionPorts, job: Job): Promise<boolean> => {
  const { data } = performPayload.safeParse(job.payload);
  const action = data && (await findAction(ports.db, data.actionId));
  if (action?.status !== 'queued' && action?.status !== 'executing') return false;
  // An approval that came later has given it another job, with the approval in its key.
  if ((action.approvedHash === null) !== (job.idempotencyKey === `action:${action.id}`)) return false;
  // Another job goes on with what it has begun.
  if ((await outboxStateOf(ports.db, action.id)) !== undefined) return false;
  await endFailed(ports, action, job.lastError ?? LEFT_ALONE);
  return true;
};

/** The same for a mail, unless somebody has moved it on since. */
const endOfMail = async (ports: ActionPorts, job: Job): Promise<boolean> => {
  const { data } = performPayload.safeParse(job.payload);
  const mail = data && (await outboxMailOf(ports.db, data.actionId));
  if (!mail || job.finishedAt === null || mail.updatedAt > job.finishedAt) return false;
  return ports.db.write((tx) =>
    giveUpSend(ports, tx, { actionId: mail.actionId, reason: job.lastError ?? LEFT_ALONE }),
  );
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
    let ended = 0;
    for (const state of ['failed', 'canceled'] as const) {
      for (const [{ type }, end] of [
        [performJob, endOf],
        [sendJob, endOfMail],
      ] as const) {
        const over = await ctx.app.queue.list({ type, state, limit: PAGE_ROWS_MAX });
        for (const job of over) if (await end(ctx.app, job)) ended++;
      }
    }
    if (ended > 0) ctx.note({ ended });
  },
});
