import { deepEqual, equal } from 'node:assert/strict';
import fc from 'fast-check';
import type { JobStepsTable, JobsTable } from '#db/queue-tables.ts';
import { toMs } from '#std/time.ts';
import type { TestDatabase } from '#test/kit/databases.ts';
import { makeClaim, promote } from './claim-store.ts';
import type { ClaimedJob } from './job.ts';
import { heartbeat, isHeld } from './lease-store.ts';
import { Model, type ModelEnding } from './model.suite.ts';
import { type Operation, type OperationOf, operation, STALE_MS } from './model-operations.suite.ts';
import type { Ending } from './outcome.ts';
import { pruneJobs } from './prune.ts';
import { rescueStale } from './rescue.ts';
import { settle } from './settle-store.ts';
import { recordStep, stepOfHeld } from './step-store.ts';
import { kindOf, type Workbench, workbench } from './workbench.suite.ts';

const KINDS = { 'test.plain': kindOf('test.plain'), 'test.other': kindOf('test.other') };
const TYPES = ['test.plain', 'test.other'] as const;
const MAX_ATTEMPTS = 3;

interface HeldBoth {
  real: ClaimedJob;
  claim: number | null;
}

const endings = (given: OperationOf<'settle'>['ending'], nowMs: number): [Ending, ModelEnding] => {
  if (typeof given !== 'string') {
    const back = { to: 'queued', atMs: nowMs + given.inMs, counted: given.counted } as const;
    return [{ ...back, error: null }, back];
  }
  if (given === 'completed') return [{ to: 'completed', resultJson: '1' }, { to: 'completed' }];
  if (given === 'forgotten')
    return [{ to: 'completed', resultJson: null, forget: true }, { to: 'forgotten' }];
  if (given === 'canceled') return [{ to: 'canceled', error: 'x' }, { to: 'canceled' }];
  return [
    { to: 'failed', kind: given, error: 'x' },
    { to: 'failed', kind: given },
  ];
};

const changedMind = new Error('changed its mind');

/** Does each operation to the real queue and to the model, and holds what they answer and what is left side by side. */
export class Twins {
  readonly model: Model;
  readonly #claims: HeldBoth[] = [];
  readonly #bench: Workbench;
  readonly #claim;

  constructor(t: Pick<TestDatabase, 'db'>, model = new Model()) {
    this.#bench = workbench(t);
    this.model = model;
    this.#claim = makeClaim(TYPES, t.db.engine, 'app').claim;
  }

  async do(o: Operation): Promise<void> {
    switch (o.do) {
      case 'enqueue':
        await this.#enqueue(o);
        break;
      case 'claim':
        await this.#take(o);
        break;
      case 'settle':
        await this.#settle(o);
        break;
      case 'advance':
        this.#bench.clock.advance(o.ms);
        break;
      case 'rescue':
        await this.#rescue(o);
        break;
      case 'heartbeat':
        await this.#beat(o);
        break;
      case 'step':
        await this.#step(o);
        break;
      case 'prune':
        await this.#prune(o);
        break;
      case 'retryMany':
      case 'discardMany':
        await this.#many(o);
        break;
      default:
        await this.#operate(o);
    }
    await this.compare();
  }

  async #enqueue(o: OperationOf<'enqueue'>): Promise<void> {
    const { queue, clock, db } = this.#bench;
    const nowMs = clock.ms();
    const dueMs = nowMs + (o.inMs ?? 0);
    const options = {
      priority: o.priority,
      maxAttempts: MAX_ATTEMPTS,
      ...(o.inMs === undefined ? {} : { notBeforeMs: dueMs }),
      ...(o.idempotency === undefined ? {} : { idempotencyKey: o.idempotency }),
      ...(o.singleton === undefined ? {} : { singletonKey: o.singleton }),
      ...(o.serial === undefined ? {} : { serialKey: o.serial }),
      ...(o.fair === undefined ? {} : { fairKey: o.fair }),
    };
    const payloads = Array.from({ length: o.count }, (_, n) => ({ n }));
    const make = (tx?: Parameters<Parameters<typeof db.write>[0]>[0]) =>
      queue.enqueueMany(KINDS[o.type], payloads, { ...options, ...(tx ? { tx } : {}) });
    if (o.tx === 'rolled back') {
      const work = db.write(async (tx) => {
        await make(tx);
        throw changedMind;
      });
      equal(await work.catch((e: unknown) => e), changedMind);
      return;
    }
    const made = o.tx === 'own' ? await make() : await db.write((tx) => make(tx));
    const given = made.map(({ id, created }) => ({
      id: created ? id : 'none',
      type: o.type,
      priority: o.priority,
      dueMs,
      idempotency: o.idempotency ?? null,
      singleton: o.singleton ?? null,
      serial: o.serial ?? null,
      fair: o.fair ?? null,
    }));
    deepEqual(
      made.map((m) => m.id),
      this.model.enqueue(given, nowMs),
    );
  }

  async #take({ limit, rooms }: OperationOf<'claim'>): Promise<void> {
    const { db, clock, newId } = this.#bench;
    const request = { rooms: TYPES.map((type) => rooms[type]), limit, workerId: 'w', now: clock.now() };
    const real = await db.write(async (tx) => {
      await promote(tx, clock.now());
      return this.#claim(tx, { ...request, token: newId() });
    });
    const expected = this.model.claim({ limit, rooms }, clock.ms());
    deepEqual(
      real.map((j) => [j.id, j.attempt]),
      expected.map((j) => [j.id, j.attempts]),
    );
    for (const [i, job] of real.entries())
      this.#claims.push({ real: job, claim: expected[i]?.claim ?? null });
  }

  async #settle(o: OperationOf<'settle'>): Promise<void> {
    const { db, clock } = this.#bench;
    const chosen = [...new Set(o.claims.map((n) => this.#claims.at(-1 - n)))];
    const held = chosen.filter((h) => h !== undefined);
    const [real, plain] = endings(o.ending, clock.ms());
    const all = held.map(({ real: { id, token } }) => ({ id, token, ending: real }));
    // A job may be chosen by an old claim and by the one that holds it.
    const expected = new Map<string, boolean>();
    for (const { real: job, claim } of held) {
      const ok = this.model.settle({ id: job.id, claim, ending: plain }, clock.ms());
      expected.set(job.id, ok || (expected.get(job.id) ?? false));
    }
    const lost = await db.write((tx) => settle(tx, all, clock.now()));
    for (const [id, ok] of expected) if (!ok) equal(lost.has(id), true);
  }

  async #beat(o: OperationOf<'heartbeat'>): Promise<void> {
    const { db, clock } = this.#bench;
    const held = this.#claims.at(-1 - o.claim);
    if (!held) return;
    const lost = await db.write((tx) => heartbeat(tx, [held.real], { now: clock.now(), lease: 'app' }));
    equal(lost.length === 0, this.model.heartbeat({ id: held.real.id, claim: held.claim }, clock.ms()));
  }

  async #step({ claim, name }: OperationOf<'step'>): Promise<void> {
    const { db, clock } = this.#bench;
    const held = this.#claims.at(-1 - claim);
    if (!held) return;
    const { id, attempt } = held.real;
    const now = clock.now();
    const row = {
      job_id: id,
      name,
      attempt,
      started_at: now,
      finished_at: now,
      result_json: '1',
      error: null,
    };
    const before = await stepOfHeld(db, held.real, name);
    equal(before.held, this.model.holds(id, held.claim));
    await db.write(async (tx) => {
      if (await isHeld(tx, held.real)) await recordStep(tx, row);
    });
    const { step } = await stepOfHeld(db, held.real, name);
    equal(step?.attempt, this.model.step({ id, claim: held.claim, name }));
  }

  async #operate(o: OperationOf<'cancel' | 'retry' | 'discard' | 'reschedule'>): Promise<void> {
    const { queue, clock } = this.#bench;
    const id = this.model.jobs[o.job % Math.max(1, this.model.jobs.length)]?.id;
    if (id === undefined) return;
    const nowMs = clock.ms();
    const real = o.do === 'reschedule' ? queue.reschedule(id, nowMs + o.inMs) : queue[o.do](id);
    const done = await real.then(
      () => true,
      () => false,
    );
    const expected =
      o.do === 'reschedule' ? this.model.reschedule(id, nowMs + o.inMs, nowMs) : this.model[o.do](id, nowMs);
    equal(done, expected);
  }

  async #many(o: OperationOf<'retryMany' | 'discardMany'>): Promise<void> {
    const { queue, clock } = this.#bench;
    const done = await queue[o.do]({ type: o.type });
    equal(done.count, this.model[o.do](o.type, clock.ms()));
  }

  async #prune({ completedMs, failedMs }: OperationOf<'prune'>): Promise<void> {
    const { db, clock } = this.#bench;
    const count = await pruneJobs({ db, clock }, { keepCompletedMs: completedMs, keepFailedMs: failedMs });
    equal(count, this.model.prune({ completedMs, failedMs }, clock.ms()));
  }

  async #rescue({ afterMs }: OperationOf<'rescue'>): Promise<void> {
    const { clock, queue } = this.#bench;
    clock.advance(afterMs);
    const stale = this.model.stale(clock.ms() - STALE_MS);
    const ports = { ...this.#bench, hooks: {}, signals: queue.signals, lease: 'app', maxDeaths: 99 } as const;
    equal(await rescueStale(ports, STALE_MS), stale.length);
    const toBlame = this.model.toBlame(stale);
    for (const job of stale) {
      const deaths = toBlame.get(job);
      // How long it waits is a matter of chance: taken over from the real one.
      const atMs = toMs((await queue.get(job.id))?.job.notBefore ?? '');
      const out = deaths !== undefined && job.attempts >= job.maxAttempts;
      const ending: ModelEnding = out
        ? { to: 'failed', kind: 'exhausted' }
        : { to: 'queued', atMs: deaths === undefined ? clock.ms() : atMs, counted: deaths !== undefined };
      this.model.settle({ id: job.id, claim: job.claim, ending }, clock.ms());
      job.deaths = deaths ?? job.deaths;
    }
  }

  /** The whole of what is stored, and what a list and the counts tell of it. */
  async compare(): Promise<void> {
    const { db, queue } = this.#bench;
    const rows = await db.all<JobsTable>('select * from jobs order by id');
    const steps = await db.all<JobStepsTable>('select * from job_steps order by job_id, name');
    const expected = [...this.model.jobs].sort((a, b) => (a.id < b.id ? -1 : 1));
    deepEqual(rows.map(realState), expected.map(modelState));
    deepEqual(
      steps.map((s) => `${s.job_id} ${s.name} ${s.attempt}`),
      expected.flatMap((j) =>
        Object.keys(j.steps)
          .sort()
          .map((name) => `${j.id} ${name} ${j.steps[name]}`),
      ),
    );
    deepEqual(
      (await queue.list({ state: 'queued', limit: 1_000 })).map((j) => j.id).reverse(),
      expected.filter((j) => j.state === 'queued').map((j) => j.id),
    );
    const count = (type: string, is: (j: (typeof expected)[number]) => boolean) =>
      expected.filter((j) => j.type === type && is(j)).length;
    for (const stats of (await queue.stats()).types) {
      const { type, ready, delayed, running, failed } = stats;
      deepEqual(
        [ready, delayed, running, failed],
        [
          count(type, (j) => j.state === 'queued' && j.ready),
          count(type, (j) => j.state === 'queued' && !j.ready),
          count(type, (j) => j.state === 'running'),
          count(type, (j) => j.state === 'failed'),
        ],
      );
    }
  }
}

const msOrNull = (instant: string | null): number | null => (instant === null ? null : toMs(instant));

const realState = (r: JobsTable) => ({
  id: r.id,
  type: r.type,
  state: r.state,
  priority: r.priority,
  attempts: r.attempts,
  due: toMs(r.not_before),
  turn: toMs(r.turn),
  keys: [r.idempotency_key, r.singleton_key, r.serial_key, r.fair_key],
  failure: r.failure_kind,
  beat: msOrNull(r.heartbeat_at),
  ended: msOrNull(r.finished_at),
});

const modelState = (j: Model['jobs'][number]): ReturnType<typeof realState> => ({
  id: j.id,
  type: j.type,
  state: j.state,
  priority: j.priority,
  attempts: j.attempts,
  due: j.dueMs,
  turn: j.turnMs,
  keys: [j.idempotency, j.singleton, j.serial, j.fair],
  failure: j.failure,
  beat: j.beatMs,
  ended: j.endedMs,
});

/** One step of a run: its text is what is printed when it is part of what went wrong. */
class Command implements fc.AsyncCommand<object, Twins> {
  readonly operation: Operation;

  constructor(operation: Operation) {
    this.operation = operation;
  }

  check(): boolean {
    return true;
  }

  run(_: object, twins: Twins): Promise<void> {
    return twins.do(this.operation);
  }

  toString(): string {
    return JSON.stringify(this.operation);
  }
}

/** Any operations in any order. */
export const commands = (maxCommands: number) =>
  fc.commands([operation.map((o) => new Command(o))], { maxCommands, size: 'max' });

/** The property that the queue and the model stay the same; each run on an empty queue. */
export const sameAsModel = (t: Pick<TestDatabase, 'db'>, o: { maxCommands: number; model?: () => Model }) =>
  fc.asyncProperty(commands(o.maxCommands), async (all) => {
    await t.db.write((tx) => tx.run('delete from jobs'));
    await fc.asyncModelRun(() => ({ model: {}, real: new Twins(t, o.model?.()) }), all);
  });
