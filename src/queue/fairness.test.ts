import fc from 'fast-check';
import { expect, test } from 'vitest';
import { onEveryDatabase, type TestDatabase } from '#test/kit/databases.ts';
import { makeClaim, promote } from './claim-store.ts';
import { settle } from './settle-store.ts';
import { kindOf, type Workbench, workbench } from './workbench.suite.ts';

const kind = kindOf('test.plain');
const KEYS = ['a', 'b', 'c', 'd'] as const;

/** One is the other's own turn; another, that it stands at the same place and was made before. */
const MOST_PASSES = 2;

/** Jobs of one key that come at once, or one that is taken; `bulk` gives way to what is live. */
const happening = fc.oneof(
  {
    weight: 1,
    arbitrary: fc.record({
      key: fc.constantFrom(...KEYS),
      count: fc.integer({ min: 1, max: 12 }),
      bulk: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.constant('take' as const) },
);

interface Waiting {
  key: string;
  priority: number;
}

/** Takes one job at a time, and keeps who waited and who was taken since. */
class Line {
  readonly #bench: Workbench;
  readonly #claim;
  readonly waiting = new Map<string, Waiting>();
  /** For each key and priority, how often each other was taken since it came or was last taken itself. */
  readonly passed = new Map<string, Map<string, number>>();

  constructor(t: TestDatabase) {
    this.#bench = workbench(t);
    this.#claim = makeClaim(['test.plain'], t.db.engine, 'app').claim;
  }

  async come(o: { key: string; count: number; bulk: boolean }): Promise<void> {
    const priority = o.bulk ? 1 : 0;
    this.#bench.clock.advance(1);
    const payloads = Array.from({ length: o.count }, (_, n) => ({ n }));
    const made = await this.#bench.queue.enqueueMany(kind, payloads, { fairKey: o.key, priority });
    for (const { id } of made) this.waiting.set(id, { key: o.key, priority });
  }

  /** Takes the next; returns whoever was passed too often while it waited. */
  async take(): Promise<string[]> {
    const { db, clock, newId } = this.#bench;
    const [job] = await db.write(async (tx) => {
      await promote(tx, clock.now());
      const [taken] = await this.#claim(tx, {
        rooms: [1],
        limit: 1,
        token: newId(),
        workerId: 'w',
        now: clock.now(),
      });
      if (taken) await settle(tx, [{ ...taken, ending: { to: 'completed', resultJson: null } }], clock.now());
      return taken ? [taken] : [];
    });
    const taken = job && this.waiting.get(job.id);
    if (!job || !taken) return this.waiting.size === 0 ? [] : ['nothing was taken'];
    const wrong = [...this.waiting.values()].filter((w) => w.priority < taken.priority);
    this.waiting.delete(job.id);
    const others = new Set(
      [...this.waiting.values()].filter((w) => w.priority === taken.priority).map((w) => w.key),
    );
    const complaints = wrong.map((w) => `live ${w.key} was passed by bulk ${taken.key}`);
    // Whoever is taken, or has nothing that waits, has been passed by nobody.
    for (const key of KEYS) {
      const lane = `${taken.priority} ${key}`;
      if (key === taken.key || !others.has(key)) this.passed.set(lane, new Map());
      else complaints.push(...this.#pass(lane, taken.key));
    }
    return complaints;
  }

  #pass(lane: string, by: string): string[] {
    const times = this.passed.get(lane) ?? new Map<string, number>();
    times.set(by, (times.get(by) ?? 0) + 1);
    this.passed.set(lane, times);
    return (times.get(by) ?? 0) > MOST_PASSES ? [`${lane} was passed ${times.get(by)} times by ${by}`] : [];
  }
}

onEveryDatabase('Fairness', (fresh, database) => {
  const runs = { memory: 100, file: 15, postgres: 5, remote: 3 }[database];
  test('whoever waits is passed by no other key again and again, and live work by no bulk work', async () => {
    await using t = await fresh();
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { minLength: 5, maxLength: 60 }), async (all) => {
        await t.db.write((tx) => tx.run('delete from jobs'));
        const line = new Line(t);
        for (const one of all) {
          if (one === 'take') expect(await line.take()).toEqual([]);
          else await line.come(one);
        }
        while (line.waiting.size > 0) expect(await line.take()).toEqual([]);
      }),
      { numRuns: runs },
    );
  }, 60_000);
});
