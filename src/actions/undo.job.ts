import { z } from 'zod';
import { UNDO_PAGE } from '#config/limits.ts';
import type { JobContext } from '#queue/context.ts';
import { defineJob } from '#queue/define.ts';
import { isAppError } from '#std/errors.ts';
import type { ActionPorts } from './ports.ts';
import { requestUndo } from './undo.ts';
import { pageOfUndoable } from './undo-store.ts';

const undoFilter = z.strictObject({
  actionIds: z.array(z.string()).max(10_000).optional(),
  ruleId: z.string().optional(),
  decisionId: z.string().optional(),
  accountId: z.string().optional(),
  since: z.string().optional(),
  until: z.string().optional(),
});

/** Undoes everything that a filter names, newest first, a page a transaction. Begun again, it goes on where it stopped. */
export const undoJob = defineJob({
  type: 'action.undo-many',
  payload: z.strictObject({
    userId: z.string(),
    filter: undoFilter,
    actor: z.string(),
    channel: z.string(),
  }),
  run: async (ctx: JobContext<ActionPorts>, p) => {
    let before: string | null = null;
    let requested = 0;
    for (;;) {
      ctx.signal.throwIfAborted();
      const page = await pageOfUndoable(ctx.app.db, p, { before, limit: UNDO_PAGE });
      if (page.length === 0) return { requested };
      await ctx.write(async (tx) => {
        for (const action of page) {
          await requestUndo(ctx.app, tx, { action, by: { actor: p.actor, channel: p.channel } }).catch(
            (e: unknown) => {
              // Somebody else undid it a moment ago.
              if (!isAppError(e, 'actions.not-undoable')) throw e;
            },
          );
        }
      });
      requested += page.length;
      before = page.at(-1)?.id ?? null;
      ctx.note({ requested });
      await ctx.heartbeat();
    }
  },
});
