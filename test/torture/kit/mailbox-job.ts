import { z } from 'zod';
import type { App } from '#app.ts';
import type { JobContext } from '#queue/context.ts';
import { defineJob } from '#queue/define.ts';

/** Asks the provider of an account for something, as every job with mail does. */
export const mailboxJob = defineJob({
  type: 'torture.mailbox',
  payload: z.strictObject({ accountId: z.string(), n: z.number() }),
  run: async (ctx: JobContext<App>, { accountId }) => {
    const { mailbox } = await ctx.app.openMailbox(accountId);
    await mailbox.labels();
  },
});
