import { openDatabase } from '#db/open.ts';
import { systemClock } from '#std/clock.ts';
import { startChild } from './kit/child.ts';
import { defineTrial } from './trial.ts';

/** That the programme itself works: a database is empty, and a killed child is seen to be dead. */
export const frameTrial = defineTrial({
  id: 'R0',
  title: 'the frame',
  promise: 'databases are empty and shared, children die when they are killed',
  engines: ['embedded', 'remote', 'postgres'],
  run: async (t) => {
    const { url } = await t.database();
    const db = await openDatabase({ url, clock: systemClock, random: t.random });
    t.onEnd(() => db.close());
    await db.write((tx) => tx.run('create table things (what text)'));
    const child = startChild(t, new URL('./kit/writer.child.ts', import.meta.url), { args: [url] });
    const began = performance.now();
    for (let n = 1; n <= 10; n++) {
      child.send(`thing ${n}`);
      await child.next();
    }
    t.figure('writes in another process', Math.round((performance.now() - began) / 10), 'ms each');
    child.kill('SIGKILL');
    t.check('the child is dead', (await child.ended) === 'SIGKILL');
    const [row] = await db.all<{ n: number }>('select count(*) as n from things');
    t.check('what it wrote is there', Number(row?.n) === 10, `${row?.n} rows`);
  },
});
