import { rmSync } from 'node:fs';
import { z } from 'zod';
import { migrate } from '#db/migrate.ts';
import { openDatabase } from '#db/open.ts';
import { systemClock as clock } from '#std/clock.ts';
import { idMaker } from '#std/ids.ts';
import { systemRandom as random } from '#std/random.ts';
import { defineJob } from './define.ts';
import { createQueue } from './queue.ts';
import { Worker } from './runner.ts';

const N = Number(process.argv[2] ?? 20000);
const url0 = process.argv[3];
const p300 = { text: 'x'.repeat(280), n: 1 };
for (const [durability, ahead] of [
  ['full', 200],
  ['full', 0],
  ['normal', 200],
  ['normal', 0],
] as const) {
  const file = '/tmp/qs/b.db';
  for (const s of ['', '-wal', '-shm']) rmSync(file + s, { force: true });
  const db = await openDatabase({ url: url0 ?? file, durability, clock, random });
  await migrate(db, { clock });
  const newId = idMaker(clock, random);
  const queue = createQueue({ db, clock, newId });
  const kinds = Array.from({ length: Number(process.env.KINDS ?? 1) }, (_, i) =>
    defineJob({
      type: `bench.noop${i === 0 ? '' : `-x${i}`}`,
      payload: z.object({ text: z.string(), n: z.number() }),
      run: async () => {},
    }),
  );
  const noop = kinds[0]!;
  const rate = async (name: string, n: number, f: () => Promise<unknown>) => {
    const t = performance.now();
    await f();
    const s = (performance.now() - t) / 1000;
    out.push(`${name} ${Math.round(n / s)}/s`);
  };
  const out: string[] = [];
  await rate('one-by-one', 3000, async () => {
    for (let i = 0; i < 3000; i++) await queue.enqueue(noop, p300);
  });
  await rate('100 callers', N, () =>
    Promise.all(
      Array.from({ length: 100 }, async () => {
        for (let i = 0; i < N / 100; i++) await queue.enqueue(noop, p300);
      }),
    ),
  );
  await rate('many', N, async () => {
    for (let i = 0; i < N; i += 1000)
      await queue.enqueueMany(
        noop,
        Array.from({ length: 1000 }, () => p300),
      );
  });
  const total = 3000 + 2 * N;
  const w = new Worker({
    db,
    queue,
    clock,
    random,
    newId,
    app: {},
    jobs: kinds,
    concurrency: Number(process.env.C ?? 10),
    ahead,
  });
  await rate('drain', total, async () => {
    const c = await w.drain();
    if (c.completed !== total) throw new Error(JSON.stringify(c));
  });
  await w.stop();
  await db.close();
  console.log(durability, 'ahead', ahead, out.join(' | '));
}
