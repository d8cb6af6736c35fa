import { expect, test } from 'vitest';
import { testApp } from '#test/kit/test-app.ts';
import { parseSearch } from './search-query.ts';
import { type SearchPlace, searchMail, searchThreads } from './search-store.ts';

/** The order in which a seeded shuffle puts 0 … n-1. */
const shuffled = (n: number): number[] => Array.from({ length: n }, (_, i) => (i * 7 + 3) % n);

test('a search that needs many windows shows every hit once, by date within each', async () => {
  await using app = await testApp();
  const count = 40;
  await app.deliver(
    ...shuffled(count).map((i) => ({
      subject: `Mail ${i}`,
      text: 'needle',
      ageMs: i * 60_000,
      ...(i % 4 === 0
        ? { messageId: `root-${i}@x.example` }
        : { inReplyTo: `root-${i - (i % 4)}@x.example` }),
    })),
  );
  await app.drain();
  const scope = { userId: app.app.owner.id, accountId: undefined, query: parseSearch('needle'), labels: [] };
  const collect = async (search: typeof searchMail, window: number, limit: number): Promise<string[]> => {
    const ids: string[] = [];
    let from: SearchPlace | null = null;
    do {
      const page: Awaited<ReturnType<typeof searchMail>> = await search(
        app.app.db,
        { ...scope, window },
        { from, limit },
      );
      expect(page.hits.length).toBeLessThanOrEqual(limit);
      ids.push(...page.hits.map((h) => (search === searchMail ? h.reveal().id : h.reveal().threadId)));
      from = page.next;
    } while (from !== null);
    return ids;
  };
  const messages = await collect(searchMail, 1_000, 1_000);
  const threads = await collect(searchThreads, 1_000, 1_000);
  expect(messages).toHaveLength(count);
  expect(threads).toHaveLength(count / 4);
  for (const [window, limit] of [
    [3, 2],
    [3, 50],
    [7, 7],
    [10, 1],
    [40, 9],
    [41, 9],
  ] as const) {
    expect((await collect(searchMail, window, limit)).sort()).toEqual([...messages].sort());
    expect((await collect(searchThreads, window, limit)).sort()).toEqual([...threads].sort());
  }
  expect(await collect(searchMail, 1_000, 3)).toEqual(messages);
});
