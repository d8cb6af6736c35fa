import { expect, test } from 'vitest';
import { JOB_COUNT_ROWS, JOB_LIST_SCAN_ROWS } from '#config/limits.ts';
import { onEveryDatabase } from '#test/kit/databases.ts';
import { countJobs } from './count-store.ts';
import { pageOfJobs } from './list-store.ts';
import { FatalError } from './outcome.ts';
import { kindOf, workbench } from './workbench.suite.ts';

const plain = kindOf('test.plain');
const rare = kindOf('test.rare');

onEveryDatabase('Lists and counts of many jobs', (fresh) => {
  test('what is rare is found behind many others, and a page that looked far enough says where to go on', async () => {
    await using t = await fresh();
    const { queue } = workbench(t);
    const { id } = await queue.enqueue(rare, { n: 0 });
    const payloads = Array.from({ length: JOB_COUNT_ROWS + 1 }, (_, n) => ({ n }));
    await queue.enqueueMany(plain, payloads, { userId: 'u' });
    expect((await queue.list({ type: 'test.rare' })).map((j) => j.id)).toEqual([id]);
    expect((await queue.list({ state: 'queued', type: 'test.rare' })).map((j) => j.id)).toEqual([id]);
    expect((await queue.page({ type: 'test.rare' })).jobs.map((j) => j.id)).toEqual([id]);
    const short = await pageOfJobs(t.db, { type: 'test.rare', limit: 5 }, JOB_LIST_SCAN_ROWS);
    expect(short.jobs).toEqual([]);
    const rest = await queue.page({ type: 'test.rare', before: short.next ?? '' });
    expect(rest).toMatchObject({ jobs: [{ id }], next: null });

    const stats = await queue.stats();
    expect(stats.types).toMatchObject([
      { type: 'test.plain', ready: JOB_COUNT_ROWS, more: ['ready'] },
      { type: 'test.rare', ready: 1, more: [] },
    ]);
    expect(await countJobs(t.db, 'u')).toMatchObject({ more: expect.arrayContaining(['queued']) });
  });

  test('pages of each state hold every job once', async () => {
    await using t = await fresh();
    const { queue, worker } = workbench(t);
    const fatal = kindOf('test.fatal', async () => {
      throw new FatalError('no use');
    });
    await queue.enqueueMany(fatal, [{ n: 1 }, { n: 2 }, { n: 3 }], { userId: 'u' });
    await worker([fatal]).drain();
    const made = await queue.enqueueMany(plain, [{ n: 4 }, { n: 5 }, { n: 6 }, { n: 7 }], { userId: 'u' });
    for (const { id } of made.slice(0, 2)) await queue.cancel(id);
    await queue.enqueue(plain, { n: 8 }, { userId: 'v' });
    const all = async (filter: Parameters<typeof queue.page>[0]) => {
      const found: unknown[] = [];
      for (let before: string | null | undefined; before !== null; ) {
        const page = await queue.page({ ...filter, limit: 2, ...(before === undefined ? {} : { before }) });
        found.push(...page.jobs.map((j) => (j.payload as { n: number }).n));
        before = page.next;
      }
      return found;
    };
    expect(await all({})).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
    expect(await all({ state: 'failed' })).toEqual([3, 2, 1]);
    expect(await all({ state: 'canceled' })).toEqual([5, 4]);
    expect(await all({ state: 'queued', userId: 'u' })).toEqual([7, 6]);
    expect(await all({ type: 'test.plain', userId: 'u' })).toEqual([7, 6, 5, 4]);
    expect(await countJobs(t.db, 'u')).toEqual({ counts: { queued: 2, failed: 3, canceled: 2 }, more: [] });
  });

  test('the job that has been due the longest is found in whichever priority and turn it waits', async () => {
    await using t = await fresh();
    const { queue, clock } = workbench(t);
    const oldest = clock.now();
    await queue.enqueueMany(plain, [{ n: 1 }, { n: 2 }], { priority: 9, fairKey: 'a' });
    clock.advance(5_000);
    await queue.enqueue(plain, { n: 3 }, { priority: 9, fairKey: 'b' });
    await queue.enqueue(plain, { n: 4 });
    await queue.enqueue(rare, { n: 5 });
    const stats = await queue.stats();
    expect(stats.oldestDue).toBe(oldest);
    expect(stats.types.map((s) => [s.type, s.oldestDue])).toEqual([
      ['test.plain', oldest],
      ['test.rare', clock.now()],
    ]);
  });
});
