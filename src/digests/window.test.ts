import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DIGEST_FIRST_SPAN_MS, DIGEST_LATE_MS } from '#config/limits-digests.ts';
import type { Db } from '#db/db.ts';
import { nextRuns } from '#queue/cron.ts';
import { ManualClock } from '#std/clock.ts';
import { type Instant, toInstant, toMs } from '#std/time.ts';
import { onEveryDatabase } from '#test/kit/databases.ts';
import { type ComposeRequest, compose, composeNow } from './compose.ts';
import { listDigests } from './store.ts';
import { type Reader, reader } from './testing.ts';

const HOUR_MS = 3_600_000;
const BY = { actor: 'test', channel: 'test' };

const dueAt = (
  r: Reader,
  to: Instant,
  write: Db['write'] = (work) => r.ports.db.write(work),
): ComposeRequest => ({
  userId: r.userId,
  occasion: `schedule:s:${to}`,
  to,
  scheduleId: null,
  by: BY,
  write,
});

type Step =
  | { do: 'wait'; ms: number }
  | { do: 'mail'; lateMs: number; read: boolean; archived: boolean }
  | { do: 'now' }
  | { do: 'due'; agoMs: number }
  | { do: 'crash'; agoMs: number; committed: boolean }
  | { do: 'together'; agoMs: number };

const ago = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 30 * HOUR_MS }));

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('wait' as const),
        ms: fc.integer({ min: 0, max: 40 * HOUR_MS }),
      }),
    },
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant('mail' as const),
        lateMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: DIGEST_LATE_MS / 2 })),
        read: fc.boolean(),
        archived: fc.boolean(),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('now' as const) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('due' as const), agoMs: ago }) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('crash' as const), agoMs: ago, committed: fc.boolean() }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('together' as const), agoMs: ago }) },
  ),
  { maxLength: 25 },
);

class Crash extends Error {}

/** A write after or before which the process dies. */
const dying =
  (db: Db, committed: boolean): Db['write'] =>
  async (work) => {
    if (committed) await db.write(work);
    throw new Crash();
  };

interface Told {
  id: string;
  receivedMs: number;
  /** Digests that there were when it was taken in. */
  afterDigests: Set<string>;
  shown: boolean;
}

const take = async (r: Reader, step: Step, told: Told[]): Promise<void> => {
  const { ports, clock } = r;
  const before = (agoMs: number) => toInstant(clock.ms() - agoMs);
  switch (step.do) {
    case 'wait':
      clock.advance(step.ms);
      return;
    case 'mail': {
      const labels = [step.archived ? 'ARCHIVE' : 'INBOX'];
      const [id = ''] = await r.receive({ lateMs: step.lateMs, read: step.read, labels });
      const digests = await listDigests(ports.db, { userId: r.userId, limit: 200 });
      const afterDigests = new Set(digests.map((d) => d.id));
      told.push({
        id,
        receivedMs: clock.ms() - step.lateMs,
        afterDigests,
        shown: !step.read && !step.archived,
      });
      return;
    }
    case 'now':
      await composeNow(ports, { userId: r.userId, by: BY });
      return;
    case 'due':
      await compose(ports, dueAt(r, before(step.agoMs)));
      return;
    case 'crash': {
      const to = before(step.agoMs);
      const died = compose(ports, dueAt(r, to, dying(ports.db, step.committed)));
      await died.catch((e: unknown) => {
        if (!(e instanceof Crash)) throw e;
      });
      await compose(ports, dueAt(r, to));
      return;
    }
    case 'together': {
      const request = dueAt(r, before(step.agoMs));
      await Promise.all([
        compose(ports, request),
        composeNow(ports, { userId: r.userId, by: BY }),
        compose(ports, request),
        compose(ports, dueAt(r, before(step.agoMs + 1))),
      ]);
    }
  }
};

/** What covers each message, by the database. */
const coverage = async (r: Reader): Promise<Map<string, string[]>> => {
  const rows = await r.ports.db.all<{ m: string; d: string }>(
    'select message_id as m, digest_id as d from digest_messages where user_id = $1',
    [r.userId],
  );
  const of = new Map<string, string[]>();
  for (const { m, d } of rows) of.set(m, [...(of.get(m) ?? []), d]);
  return of;
};

const check = async (r: Reader, told: readonly Told[]): Promise<void> => {
  const digests = (await listDigests(r.ports.db, { userId: r.userId, limit: 200 })).reverse();
  const [first] = digests;
  if (!first) throw new Error('the last step makes a digest');
  expect(toMs(first.to) - toMs(first.from)).toBe(DIGEST_FIRST_SPAN_MS);
  for (const [i, digest] of digests.entries()) {
    expect(digest.from < digest.to).toBe(true);
    if (i > 0) expect(digest.from).toBe(digests[i - 1]?.to);
  }
  const covered = await coverage(r);
  const floorMs = Math.max(toMs(first.from), MADE_MS - DIGEST_FIRST_SPAN_MS);
  for (const mail of told) {
    const wanted = digests.find((d) => !mail.afterDigests.has(d.id) && mail.receivedMs < toMs(d.to));
    const isNews = mail.shown && mail.receivedMs >= floorMs;
    expect(covered.get(mail.id) ?? []).toEqual(isNews && wanted ? [wanted.id] : []);
  }
  expect(digests.reduce((sum, d) => sum + d.totals.unread, 0)).toBe(covered.size);
};

const MADE_MS = new ManualClock().ms();

onEveryDatabase('Windows', (fresh, kind) => {
  test('every unread message is told of in one digest and only one, whatever comes between', async () => {
    await using t = await fresh();
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        const r = await reader(t.db);
        const told: Told[] = [];
        for (const step of all) await take(r, step, told);
        r.clock.advance(HOUR_MS);
        await take(r, { do: 'now' }, told);
        await check(r, told);
      }),
      { numRuns: kind === 'memory' ? 60 : 12 },
    );
  }, 120_000);
});

onEveryDatabase('Due times', (fresh) => {
  test('windows follow the wall clock over the days when it is put forward and back', async () => {
    await using t = await fresh();
    const clock = new ManualClock(Date.parse('2026-03-27T00:00:00.000Z'));
    const r = await reader(t.db, clock);
    const hours: number[] = [];
    for (const from of ['2026-03-27T12:00:00.000Z', '2026-10-23T12:00:00.000Z']) {
      for (const due of nextRuns('0 8 * * *', 'Europe/Berlin', { afterMs: toMs(from), n: 4 })) {
        clock.set(due);
        const digest = await compose(r.ports, dueAt(r, toInstant(due)));
        hours.push((toMs(digest?.to ?? '') - toMs(digest?.from ?? '')) / HOUR_MS);
      }
    }
    expect(hours.slice(0, 4)).toEqual([24, 23, 24, 24]);
    expect(hours.slice(5)).toEqual([25, 24, 24]);
  });

  test('a due time that an earlier digest reached already makes none', async () => {
    await using t = await fresh();
    const r = await reader(t.db);
    const due = r.clock.now();
    r.clock.advance(1_000);
    await composeNow(r.ports, { userId: r.userId, by: BY });
    expect(await compose(r.ports, dueAt(r, due))).toBeNull();
    expect(await listDigests(r.ports.db, { userId: r.userId, limit: 10 })).toHaveLength(1);
  });

  test('a clock that was put back does not stop a digest from being made', async () => {
    await using t = await fresh();
    const r = await reader(t.db);
    const { digest: first } = await composeNow(r.ports, { userId: r.userId, by: BY });
    r.clock.set(r.clock.ms() - HOUR_MS);
    await r.receive({});
    const { digest: second } = await composeNow(r.ports, { userId: r.userId, by: BY });
    expect(second.from).toBe(first.to);
    expect(toMs(second.to)).toBe(toMs(first.to) + 1);
  });
});
