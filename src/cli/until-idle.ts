import { listAccounts } from '#accounts/store.ts';
import { ledgerOfUser, statusOf } from '#ingest/status.ts';
import { syncJob } from '#ingest/sync.job.ts';
import type { CommandContext } from './context.ts';
import { drainWork } from './drain.ts';
import type { CliApp } from './program.ts';
import { Progress } from './progress.ts';
import { INTERRUPTED, OK } from './report.ts';
import { statusText } from './status-text.ts';

const syncAll = async (app: CliApp): Promise<void> => {
  for (const { id, userId, status } of await listAccounts(app.db)) {
    if (status === 'active') await app.queue.enqueue(syncJob, { accountId: id }, { userId });
  }
};

/** Syncs every account and does all that is due. */
export const runUntilIdle = (context: CommandContext): Promise<number> =>
  context.withProgram(async (open) => {
    const { app } = open;
    await syncAll(app);
    const progress = new Progress({
      term: context.term,
      clock: app.clock,
      label: 'Sorting',
      unit: 'messages',
      quiet: context.json,
    });
    const look = async () => {
      const { received, decided, waiting } = await ledgerOfUser(app, app.owner.id);
      if (waiting > 0) progress.update({ done: decided, total: received });
    };
    const finished = await drainWork(open, { clock: app.clock, look });
    progress.end();
    const status = await statusOf(app, app.owner.id);
    context.print(status, () => statusText(status));
    return finished ? OK : INTERRUPTED;
  });
