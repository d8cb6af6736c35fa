import { z } from 'zod';
import { ACTION_ATTEMPTS } from '#config/limits.ts';
import { defineJob } from '#queue/define.ts';
import { endFailed, perform } from './perform.ts';
import type { ActionPorts } from './ports.ts';
import { findAction } from './store.ts';

/** Carries out one action. */
export const performJob = defineJob({
  type: 'action.apply',
  payload: z.strictObject({ actionId: z.string() }),
  maxAttempts: ACTION_ATTEMPTS,
  idempotencyKey: (p) => `action:${p.actionId}`,
  run: async (ctx: { app: ActionPorts; attempt: number; maxAttempts: number }, p) => {
    try {
      return { ended: await perform(ctx.app, p.actionId) };
    } catch (e) {
      // Nothing will try again, so the action must not look as if something would.
      const action = ctx.attempt >= ctx.maxAttempts ? await findAction(ctx.app.db, p.actionId) : undefined;
      if (action) await endFailed(ctx.app, action, e);
      throw e;
    }
  },
});
