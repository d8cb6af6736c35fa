import { z } from 'zod';
import type { JobContext } from '#queue/context.ts';
import { defineJob } from '#queue/define.ts';
import { classify } from './classify.ts';
import type { TriagePorts } from './ports.ts';

/** Decides about one message that came in. */
export const classifyJob = defineJob({
  type: 'classify',
  payload: z.strictObject({
    messageId: z.string(),
    /** False for mail that came in bulk, from an archive: it was chosen by a person and never trips the rate guard. */
    live: z.boolean(),
  }),
  idempotencyKey: (p) => `classify:${p.messageId}`,
  run: (ctx: JobContext<TriagePorts>, p) =>
    classify(ctx.app, {
      messageId: p.messageId,
      live: p.live,
      userId: ctx.userId ?? '',
      write: (work) => ctx.write(work),
    }),
});
