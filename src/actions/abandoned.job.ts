import { z } from 'zod';
import { JOB_STALE_MS, UNDO_PAGE } from '#config/limits.ts';
import type { JobContext } from '#queue/context.ts';
import { defineJob } from '#queue/define.ts';
import { jobsOfKeys, type KeyedJob } from '#queue/key-store.ts';
import { toInstant } from '#std/time.ts';
import { performJob } from './perform.job.ts';
import { endAction } from './perform.ts';
import type { ActionPorts } from './ports.ts';
import { sendJob } from './send.job.ts';
import { giveUpSend } from './send-give-up.ts';
import { actionsUnderWay, lockAction } from './under-way-store.ts';

const LEFT_ALONE = 'Its job ended without it.';

/** An approval, or a person who has a mail sent again, gives it another job, whose key has more behind a colon. */
const keysOf = ({ id, accountId }: { id: string; accountId: string }): string[] =>
  [performJob.prepare({ actionId: id }), sendJob.prepare({ actionId: id, accountId })].flatMap(
    ({ keys }) => keys.idempotencyKey ?? [],
  );

/** Whether nobody will go on with it. What is canceled may still be at it until its worker has heard so. */
const areOver = (jobs: readonly KeyedJob[], ports: ActionPorts): boolean => {
  const before = toInstant(ports.clock.ms() - JOB_STALE_MS);
  return jobs.every((job) => job.finishedAt !== null && job.finishedAt < before);
};

/** Ends an action that nobody will go on with, with the reason of its last job. Returns whether there was one. */
const endIfLeft = (ports: ActionPorts, actionId: string): Promise<boolean> =>
  ports.db.write(async (tx) => {
    const action = await lockAction(tx, actionId);
    if (action?.status !== 'queued' && action?.status !== 'executing') return false;
    const jobs = [...(await jobsOfKeys(tx, keysOf(action))).values()].flat();
    if (!areOver(jobs, ports)) return false;
    const reason = jobs.at(-1)?.lastError ?? LEFT_ALONE;
    if (await giveUpSend(ports, tx, { actionId, reason })) return true;
    return endAction(ports, tx, { action, to: 'failed', reason });
  });

/** Ids of one page of actions under way that have no job which goes on with them, and where the next page begins. */
const leftOn = async (ports: ActionPorts, after: { messageId: string; identity: string }) => {
  const page = await actionsUnderWay(ports.db, { after, limit: UNDO_PAGE });
  const jobs = await jobsOfKeys(ports.db, page.flatMap(keysOf));
  const left = page.filter((action) =>
    areOver(
      keysOf(action).flatMap((key) => jobs.get(key) ?? []),
      ports,
    ),
  );
  return { left: left.map(({ id }) => id), next: page.length < UNDO_PAGE ? undefined : page.at(-1) };
};

/**
 * A job that is given up because its worker died with it, or that an operator cancels or discards, has nobody left to end
 * its action, which would look as if something were still to come. This looks through the actions that are under way and
 * ends those without a job, with the reason of the last one.
 */
export const abandonedJob = defineJob({
  type: 'action.abandoned',
  title: 'End actions whose job was given up',
  payload: z.strictObject({}),
  keepCompleted: false,
  singletonKey: () => 'action.abandoned',
  run: async (ctx: JobContext<ActionPorts>) => {
    let ended = 0;
    let after: { messageId: string; identity: string } | undefined = { messageId: '', identity: '' };
    while (after !== undefined) {
      ctx.signal.throwIfAborted();
      const { left, next } = await leftOn(ctx.app, after);
      for (const id of left) if (await endIfLeft(ctx.app, id)) ended++;
      after = next;
    }
    if (ended > 0) ctx.note({ ended });
  },
});
