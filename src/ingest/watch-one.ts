import type { Intake } from '#accounts/intake.ts';
import { SILENCE_LEAST_MS } from '#config/limits-ingest.ts';
import type { Instant } from '#std/time.ts';
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
  const { account, mailbox } = await ports.openMailbox(id);
  let heardMs = ports.clock.ms();
  let limitMs: number | undefined;
  const begin = () =>
    mailbox.watch((told) => {
      heardMs = ports.clock.ms();
      limitMs = undefined;
      return takeHint(ports, { accountId: id, userId, mailbox }, told);
    });
  const lookNow = () => ports.queue.enqueue(syncJob, { accountId: id }, { userId });
  const renewNow = () => ports.queue.enqueue(renewWatchJob, { accountId: id }, { userId });
  await lookNow();
  // The daily renewal asks for active accounts only: one that is new, or rested for long, would wait for it.
  if (mailbox.renewWatch && !isTold(account.state, ports.clock.now())) await renewNow();
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
      await renewNow();
      await lookNow();
    },
    stop: () => end(),
  };
};

/** Whether its provider said that it tells of changes until later than now. */
const isTold = ({ watch }: Intake, now: Instant): boolean =>
  watch !== undefined && (watch.endsAt === null || watch.endsAt > now);
