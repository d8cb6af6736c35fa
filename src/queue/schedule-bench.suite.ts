import type { TestDatabase } from '#test/kit/databases.ts';
import type { JobKind } from './define.ts';
import { Scheduler } from './scheduler.ts';
import { createSchedules } from './schedules.ts';
import { kindOf, type Workbench, workbench } from './workbench.suite.ts';

/** Does nothing. */
export const tick = kindOf('test.tick');
export const USER = 'user-1';

/** A workbench with schedules, and schedulers on demand. */
export const setUp = (t: TestDatabase, kinds: readonly JobKind<object>[] = [tick], bench = workbench(t)) => {
  const { db, clock, newId, queue, log } = bench;
  const schedules = createSchedules({ db, clock, newId, queue, kinds: async () => kinds });
  const byType = new Map(kinds.map((kind) => [kind.type, kind]));
  const scheduler = () => new Scheduler({ db, clock, queue, log, kinds: byType });
  return { ...bench, schedules, scheduler };
};

/** A schedule of `tick`. */
export const add = (s: ReturnType<typeof setUp>, cron: string, more: object = {}) =>
  s.schedules.add({ job: tick, payload: { n: 1 }, cron, timeZone: 'UTC', userId: USER, ...more });

/** For which times jobs were made, oldest first. */
export const madeFor = async ({ queue }: Pick<Workbench, 'queue'>): Promise<string[]> =>
  (await queue.list({ limit: 1_000 })).map((job) => job.idempotencyKey?.slice(-24, -8) ?? 'run now').sort();
