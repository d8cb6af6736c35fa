// Another program that takes the write lock of a database again and again. Argument: `LockPlan` as JSON.
import { DatabaseSync } from 'node:sqlite';
import { createClient } from '@libsql/client/web';
import { systemClock } from '#std/clock.ts';
import { seededRandom } from '#std/random.ts';
import type { LockPlan } from './lock-plan.ts';
import { onOrder, takeNoMoreOrders, tell } from './orders.ts';

const plan = JSON.parse(process.argv[2] ?? '{}') as LockPlan;
const random = seededRandom(plan.seed);
const between = ({ from, to }: { from: number; to: number }) => from + random.next() * (to - from);

/** Takes the lock and returns what lets go of it. */
const lockFile = () => {
  const db = new DatabaseSync(plan.url, { timeout: 5_000 });
  return async () => {
    db.exec('begin immediate');
    return async () => db.exec('rollback');
  };
};

const lockServer = () => {
  const client = createClient({ url: plan.url });
  return async () => {
    const tx = await client.transaction('write');
    await tx.execute('select 1');
    return async () => tx.rollback();
  };
};

const lock = plan.remote ? lockServer() : lockFile();
let going = true;
onOrder(() => {
  going = false;
});
while (going) {
  await systemClock.sleep(between(plan.gapMs));
  // Somebody else writes just now, or the server took the lock away: the next time.
  const release = await lock().catch(() => undefined);
  if (!release) continue;
  const from = Date.now();
  await systemClock.sleep(between(plan.holdMs));
  await release().catch(() => {});
  tell({ from, to: Date.now() });
}
tell('done');
takeNoMoreOrders();
