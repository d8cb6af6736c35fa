import { z } from 'zod';
import { SEND_ATTEMPTS } from '#config/limits-sending.ts';
import type { JobContext } from '#queue/context.ts';
import { defineJob } from '#queue/define.ts';
import { errorMessage } from '#std/errors.ts';
import type { ActionPorts } from './ports.ts';
import { walkMail } from './send.ts';
import { giveUpSend } from './send-give-up.ts';

/** Sends the mail of one action, once. */
export const sendJob = defineJob({
  type: 'outbound.send',
  title: 'Send a mail',
  payload: z.strictObject({ actionId: z.string(), accountId: z.string() }),
  maxAttempts: SEND_ATTEMPTS,
  // One at a time, so that the first which is too much stops the others of its account.
  serialKey: (p) => `outbound.send:${p.accountId}`,
  idempotencyKey: (p) => `outbound.send:${p.actionId}`,
  run: async (ctx: JobContext<ActionPorts>, p) => {
    try {
      const walked = await walkMail({ ports: ctx.app, write: (work) => ctx.write(work) }, p.actionId);
      return typeof walked === 'object' ? ctx.snooze(walked.againMs) : { ended: walked };
    } catch (e) {
      // Nothing will try again, so the mail must not look as if something would.
      if (ctx.attempt >= ctx.maxAttempts) {
        await ctx.write((tx) => giveUpSend(ctx.app, tx, { actionId: p.actionId, reason: errorMessage(e) }));
      }
      throw e;
    }
  },
});
