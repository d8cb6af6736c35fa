import { z } from 'zod';
import type { JobContext } from '#queue/context.ts';
import { defineJob } from '#queue/define.ts';
import type { AccessPorts } from './ports.ts';
import { pruneSessions } from './session-store.ts';

/** Forgets sessions and sign-in links that are over. */
export const pruneSessionsJob = defineJob({
  type: 'access.prune-sessions',
  title: 'Delete sign-ins that are over',
  payload: z.strictObject({}),
  keepCompleted: false,
  singletonKey: () => 'access.prune-sessions',
  run: async (ctx: JobContext<{ access: AccessPorts }>) => {
    ctx.note({ sessions: await pruneSessions(ctx.app.access) });
  },
});
