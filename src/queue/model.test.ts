import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toMs } from '#std/time.ts';
import { onEveryDatabase, type TestDatabase } from '#test/kit/databases.ts';
import { makeClaim, promote } from './claim-store.ts';
import type { ClaimedJob } from './job.ts';
import { heartbeat } from './lease-store.ts';
import { Model, type ModelEnding } from './model.suite.ts';
import type { Ending } from './outcome.ts';
import { rescueStale } from './rescue.ts';
import { settle } from './settle-store.ts';
import { kindOf, type Workbench, workbench } from './workbench.suite.ts';

const plain = kindOf('test.plain');
const STALE_MS = 1_000;

/** A key once in `n` times. */
const rarely = (n: number) => fc.nat(2 * n - 1).map((i) => (i === 0 ? 'a' : i === 1 ? 'b' : undefined));
const pick = fc.nat(12);
const ending = fc.oneof(
  fc.constantFrom('completed', 'canceled', 'fatal', 'exhausted'),
  fc.record({ inMs: fc.constantFrom(-5, 0, 5, 50), counted: fc.boolean() }),
);
const enqueue = fc.record({
  do: fc.constant('enqueue'),
  priority: fc.integer({ min: -1, max: 1 }),
  inMs: fc.constantFrom(undefined, -20, -10, 0, 5, 50),
  idempotency: rarely(10),
  singleton: rarely(4),
  serial: rarely(2),
});
const operation = fc.oneof(
  { weight: 5, arbitrary: enqueue },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('claim'), limit: fc.integer({ min: 0, max: 4 }) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('settle'),
      claims: fc.array(pick, { minLength: 1, maxLength: 6 }),
      ending,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('cancel', 'retry', 'discard', 'heartbeat'), job: pick }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('reschedule'), job: pick, inMs: fc.constantFrom(-5, 0, 5, 50) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('advance'), ms: fc.constantFrom(1, 5, 50, STALE_MS + 1) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('rescue') }) },
);
type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;

interface HeldBoth {
  real: ClaimedJob;
  claim: number | null;
}

const both = (given: string | { inMs: number; counted: boolean }, nowMs: number): [Ending, ModelEnding] => {
  if (typeof given !== 'string') {
    const back = { to: 'queued', atMs: nowMs + given.inMs, counted: given.counted } as const;
    return [{ ...back, error: null }, back];
  }
  if (given === 'completed') return [{ to: 'completed', resultJson: '1' }, { to: 'completed' }];
  if (given === 'canceled') return [{ to: 'canceled', error: 'x' }, { to: 'canceled' }];
  const kind = given === 'fatal' ? 'fatal' : 'exhausted';
  return [
    { to: 'failed', kind, error: 'x' },
    { to: 'failed', kind },
  ];
};

/** Does each operation to the real queue and to the model, and compares what they answer. */
class Twins {
  readonly model = new Model();
  readonly claims: HeldBoth[] = [];
  readonly #bench: Workbench;
  readonly #claim;

  constructor(t: TestDatabase) {
    this.#bench = workbench(t);
    this.#claim = makeClaim(['test.plain'], t.db.engine, 'app').claim;
  }

  async do(o: Operation): Promise<void> {
    switch (o.do) {
      case 'enqueue':
        return this.#enqueue(o as never);
      case 'claim':
        return this.#claimSome((o as { limit: number }).limit);
      case 'settle':
        return this.#settle(o as never);
      case 'advance':
        return this.#bench.clock.advance((o as { ms: number }).ms);
      case 'rescue':
        return this.#rescue();
      case 'heartbeat':
        return this.#beat((o as { job: number }).job);
      default:
        return this.#operate(o as never);
    }
  }

  async #enqueue(o: {
    priority: number;
    inMs?: number;
    idempotency?: string;
    singleton?: string;
    serial?: string;
  }) {
    const { queue, clock } = this.#bench;
    const dueMs = clock.ms() + (o.inMs ?? 0);
    const { id, created } = await queue.enqueue(
      plain,
      { n: 1 },
      {
        priority: o.priority,
        maxAttempts: 3,
        ...(o.inMs === undefined ? {} : { notBeforeMs: dueMs }),
        ...(o.idempotency === undefined ? {} : { idempotencyKey: o.idempotency }),
        ...(o.singleton === undefined ? {} : { singletonKey: o.singleton }),
        ...(o.serial === undefined ? {} : { serialKey: o.serial }),
      },
    );
    const expected = this.model.enqueue({
      id: created ? id : 'none',
      state: 'queued',
      priority: o.priority,
      dueMs,
      attempts: 0,
      maxAttempts: 3,
      idempotency: o.idempotency ?? null,
      singleton: o.singleton ?? null,
      serial: o.serial ?? null,
      failure: null,
      beatMs: null,
      claim: null,
    });
    expect(id).toBe(expected);
  }

  async #claimSome(limit: number): Promise<void> {
    const { db, clock, newId } = this.#bench;
    const real = await db.write(async (tx) => {
      await promote(tx, clock.now());
      return this.#claim(tx, { rooms: [limit], limit, token: newId(), workerId: 'w', now: clock.now() });
    });
    const expected = this.model.claim(limit, clock.ms());
    expect(real.map((j) => [j.id, j.attempt])).toEqual(expected.map((j) => [j.id, j.attempts]));
    for (const [i, job] of real.entries()) this.claims.push({ real: job, claim: expected[i]?.claim ?? null });
  }

  async #settle(o: { claims: number[]; ending: string | { inMs: number; counted: boolean } }): Promise<void> {
    const { db, clock } = this.#bench;
    const chosen = [...new Set(o.claims.map((n) => this.claims.at(-1 - n)))];
    const held = chosen.filter((h) => h !== undefined);
    const [real, plainEnding] = both(o.ending, clock.ms());
    const all = held.map(({ real: { id, token } }) => ({ id, token, ending: real }));
    // A job may be chosen by an old claim and by the one that holds it.
    const expected = new Map<string, boolean>();
    for (const { real: job, claim } of held) {
      const ok = this.model.settle(job.id, claim, plainEnding);
      expected.set(job.id, ok || (expected.get(job.id) ?? false));
    }
    const lost = await db.write((tx) => settle(tx, all, clock.now()));
    for (const [id, ok] of expected) if (!ok) expect(lost.has(id)).toBe(true);
  }

  async #beat(n: number): Promise<void> {
    const { db, clock } = this.#bench;
    const held = this.claims.at(-1 - n);
    if (!held) return;
    const at = { now: clock.now(), lease: 'app' } as const;
    const lost = await db.write((tx) => heartbeat(tx, [held.real], at));
    expect(lost.size === 0).toBe(this.model.heartbeat(held.real.id, held.claim, clock.ms()));
  }

  async #operate(o: {
    do: 'cancel' | 'retry' | 'discard' | 'reschedule';
    job: number;
    inMs?: number;
  }): Promise<void> {
    const { queue, clock } = this.#bench;
    const id = this.model.jobs[o.job % Math.max(1, this.model.jobs.length)]?.id;
    if (id === undefined) return;
    const dueMs = clock.ms() + (o.inMs ?? 0);
    const real = o.do === 'reschedule' ? queue.reschedule(id, dueMs) : queue[o.do](id);
    const done = await real.then(
      () => true,
      () => false,
    );
    const expected =
      o.do === 'reschedule' ? this.model.reschedule(id, dueMs) : this.model[o.do](id, clock.ms());
    expect(done).toBe(expected);
  }

  async #rescue(): Promise<void> {
    const { clock, queue } = this.#bench;
    const stale = this.model.stale(clock.ms() - STALE_MS);
    const ports = { ...this.#bench, hooks: {}, signals: queue.signals, lease: 'app' } as const;
    expect(await rescueStale(ports, STALE_MS)).toBe(stale.length);
    for (const job of stale) {
      // How long it waits is a matter of chance: taken over from the real one.
      const dueMs = toMs((await queue.get(job.id))?.job.notBefore ?? '');
      const out = job.attempts >= job.maxAttempts;
      const back = { to: 'queued', atMs: dueMs, counted: true } as const;
      this.model.settle(job.id, job.claim, out ? { to: 'failed', kind: 'exhausted' } : back);
    }
  }

  async compare(): Promise<void> {
    const jobs = await this.#bench.queue.list({ limit: 1_000 });
    const real = jobs.map((j) => ({
      id: j.id,
      state: j.state,
      attempts: j.attempts,
      dueMs: toMs(j.notBefore),
      singleton: j.singletonKey,
      failure: j.failureKind,
      beatMs: j.heartbeatAt === null ? null : toMs(j.heartbeatAt),
    }));
    const expected = this.model.jobs.map(({ id, state, attempts, dueMs, singleton, failure, beatMs }) => {
      return { id, state, attempts, dueMs, singleton, failure, beatMs };
    });
    const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1);
    expect(real.sort(byId)).toEqual(expected.sort(byId));
  }
}

const start = fc.array(enqueue, { minLength: 5, maxLength: 15 });
const operations = fc.array(operation, { minLength: 20, maxLength: 80 });

onEveryDatabase('The queue', (fresh, kind) => {
  const runs = { memory: 100, file: 30, postgres: 12, remote: 6 }[kind];
  test('does what a list and loops would do, whatever is done to it in whatever order', async () => {
    await using t = await fresh();
    await fc.assert(
      fc.asyncProperty(start, operations, async (first, then) => {
        await t.db.write((tx) => tx.run('delete from jobs'));
        const twins = new Twins(t);
        for (const o of [...first, ...then]) {
          await twins.do(o);
          await twins.compare();
        }
      }),
      { numRuns: runs },
    );
  }, 60_000);
});
