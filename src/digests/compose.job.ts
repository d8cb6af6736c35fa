import { z } from 'zod';
import { findChannel } from '#channels/kinds/catalog.ts';
import type { JobContext } from '#queue/context.ts';
import { defineJob } from '#queue/define.ts';
import { FatalError } from '#queue/outcome.ts';
import { instantSchema } from '#std/instant-schema.ts';
import { compose } from './compose.ts';
import type { DigestPorts } from './ports.ts';

/** Makes the digest of one due time of the user whose job it is. */
export const composeJob = defineJob({
  type: 'digest.compose',
  payload: z.strictObject({
    /** Where the window ends when no schedule made the job. When left out: when the job first runs. */
    to: instantSchema.optional(),
  }),
  title: 'Make a digest',
  schedulable: true,
  maxAttempts: 10,
  run: async (ctx: JobContext<DigestPorts>, p) => {
    const { userId } = ctx;
    if (userId === null) throw new FatalError('A digest belongs to a user');
    const missing = ctx.app.digestChannels.filter((name) => findChannel(name) === undefined);
    if (missing.length > 0) ctx.note({ channels_not_there: missing.join(', ') });
    const due = ctx.scheduledFor;
    const scheduleId = (await ctx.app.queue.get(ctx.jobId))?.job.scheduleId ?? null;
    const digest = await compose(ctx.app, {
      userId,
      occasion: due && scheduleId ? `schedule:${scheduleId}:${due}` : `job:${ctx.jobId}`,
      to: due ?? p.to ?? (await ctx.step('due', async () => ctx.app.clock.now())),
      scheduleId,
      by: { actor: 'system', channel: 'system' },
      write: (work) => ctx.write(work),
    });
    return { digestId: digest?.id ?? null };
  },
});
