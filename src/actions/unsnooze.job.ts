import { z } from 'zod';
import type { JobContext } from '#queue/context.ts';
import { defineJob } from '#queue/define.ts';
import { crashpoint } from '#std/crashpoint.ts';
import type { ActionPorts } from './ports.ts';
import { findAction } from './store.ts';
import { requestUndo, whyNotUndoable } from './undo.ts';

/** Brings a snoozed message back, unless somebody did already. */
export const unsnoozeJob = defineJob({
  type: 'action.unsnooze',
  payload: z.strictObject({ actionId: z.string() }),
  maxAttempts: 10,
  idempotencyKey: (p) => `unsnooze:${p.actionId}`,
  run: async (ctx: JobContext<ActionPorts>, p) => {
    const woken = await ctx.write(async (tx) => {
      const action = await findAction(tx, p.actionId);
      if (!action || (await whyNotUndoable(tx, action)) !== null) return false;
      await requestUndo(ctx.app, tx, { action, by: { actor: 'ashford', channel: 'schedule' } });
      crashpoint('wake.undoing');
      return true;
    });
    crashpoint('wake.woken');
    return { woken };
  },
});
