import { z } from 'zod';
import type { JobContext } from '#queue/context.ts';
import { defineJob } from '#queue/define.ts';
import { classify } from './classify.ts';
import type { TriagePorts } from './ports.ts';

/** Decides about one message that came in. */
export const classifyJob = defineJob({
  type: 'classify',
  payload: z.strictObject({ messageId: z.string() }),
  idempotencyKey: (p) => `classify:${p.messageId}`,
  run: (ctx: JobContext<TriagePorts>, p) =>
    classify(ctx.app, { messageId: p.messageId, userId: ctx.userId ?? '', write: (work) => ctx.write(work) }),
});
