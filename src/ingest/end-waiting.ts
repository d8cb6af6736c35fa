import { actionsOfAccount, unbegunActions } from '#actions/removal-store.ts';
import { moveAction } from '#actions/store.ts';
import { answerApproval, approvalOfAction } from '#approvals/store.ts';
import { REMOVE_ACTIONS, REMOVE_JOBS, REMOVE_ROWS } from '#config/limits-accounts.ts';
import type { Tx } from '#db/db.ts';
import { leaveWaiting, messagesOfAccount } from '#mail/erase-store.ts';
import type { Job } from '#queue/job.ts';
import { isAppError } from '#std/errors.ts';
import type { IngestPorts } from './ports.ts';

const REASON = 'The account was removed.';

export interface Ending {
  userId: string;
  accountId: string;
  /** The job that ends them, which must not end itself. */
  jobId: string;
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
}

const textOf = (payload: unknown, key: string): string | undefined => {
  const value = (payload as Record<string, unknown> | null)?.[key];
  return typeof value === 'string' ? value : undefined;
};

/** Those that are about the account, one of its messages or one of its actions. */
const ofAccount = async (ports: IngestPorts, e: Ending, jobs: readonly Job[]): Promise<Job[]> => {
  const named = (key: string) => jobs.flatMap(({ payload }) => textOf(payload, key) ?? []);
  const [messages, actions] = await Promise.all([
    messagesOfAccount(ports.db, e.accountId, named('messageId')),
    actionsOfAccount(ports.db, e.accountId, named('actionId')),
  ]);
  return jobs.filter(
    ({ id, payload }) =>
      id !== e.jobId &&
      (textOf(payload, 'accountId') === e.accountId ||
        messages.has(textOf(payload, 'messageId') ?? '') ||
        actions.has(textOf(payload, 'actionId') ?? '')),
  );
};

/** Cancels the jobs of an account that wait or run. Returns how many. */
export const endJobs = async (ports: IngestPorts, e: Ending): Promise<number> => {
  let ended = 0;
  for (const state of ['queued', 'running'] as const) {
    let before: string | undefined;
    do {
      const page = await ports.queue.page({
        state,
        userId: e.userId,
        limit: REMOVE_JOBS,
        ...(before === undefined ? {} : { before }),
      });
      for (const { id } of await ofAccount(ports, e, page.jobs)) {
        // One that ended by itself meanwhile is as good.
        await ports.queue.cancel(id).catch((error: unknown) => {
          if (!isAppError(error, 'queue.wrong-state') && !isAppError(error, 'queue.no-such-job')) throw error;
        });
        ended++;
      }
      before = page.next ?? undefined;
    } while (before !== undefined);
  }
  return ended;
};

/** Ends the actions that nobody has begun, with their approvals. */
export const endActions = async (ports: IngestPorts, e: Ending): Promise<void> => {
  for (;;) {
    const live = await unbegunActions(ports.db, { ...e, limit: REMOVE_ACTIONS });
    if (live.length === 0) return;
    await e.write(async (tx) => {
      const now = ports.clock.now();
      for (const { id, status } of live) {
        await moveAction(tx, { id, from: status, to: 'canceled', now, errorMessage: REASON });
        const approval = await approvalOfAction(tx, id);
        if (approval?.state === 'waiting') {
          await answerApproval(tx, {
            id: approval.id,
            state: 'superseded',
            now,
            by: 'ashford',
            via: 'schedule',
          });
        }
      }
    });
  }
};

/** Leaves alone what waits to be decided. */
export const endDeciding = async (ports: IngestPorts, e: Ending): Promise<void> => {
  const { accountId } = e;
  for (;;) {
    const left = await e.write((tx) =>
      leaveWaiting(tx, { accountId, limit: REMOVE_ROWS, reason: REASON, now: ports.clock.now() }),
    );
    if (left === 0) return;
  }
};
