import { SILENCE_LEAST_MS } from '#config/limits-ingest.ts';
import { takeHint } from './hint.ts';
import { rhythmOf } from './rhythm.ts';
import { syncJob } from './sync.job.ts';
import type { WatchPorts } from './watch.ts';
import { renewWatchJob } from './watch-renew.job.ts';

/** One mailbox that is watched. */
export interface Watched {
  /** Call it now and then: a watch that has been silent for longer than this mailbox is used to is begun anew. */
  check(): Promise<void>;
  stop(): void;
}

/** Syncs the mailbox now, and whenever it says that something may have changed. Throws when it cannot be opened. */
export const watchOne = async (
  ports: WatchPorts,
  { id, userId }: { id: string; userId: string },
): Promise<Watched> => {
  const { mailbox } = await ports.openMailbox(id);
  let heardMs = ports.clock.ms();
  let limitMs: number | undefined;
  const begin = () =>
    mailbox.watch((told) => {
      heardMs = ports.clock.ms();
      limitMs = undefined;
      return takeHint(ports, { accountId: id, userId, mailbox }, told);
    });
  const lookNow = () => ports.queue.enqueue(syncJob, { accountId: id }, { userId });
  await lookNow();
  let end = begin();
  return {
    check: async () => {
      const silentMs = ports.clock.ms() - heardMs;
      if (silentMs < SILENCE_LEAST_MS) return;
      // Counted once a silence: its rhythm does not change while nothing comes.
      limitMs ??= (await rhythmOf(ports.db, { id, userId })).limitMs;
      if (silentMs < limitMs) return;
      end();
      heardMs = ports.clock.ms();
      end = begin();
      await ports.queue.enqueue(renewWatchJob, { accountId: id }, { userId });
      await lookNow();
    },
    stop: () => end(),
  };
};
