import { AsyncLocalStorage } from 'node:async_hooks';
import {
  JOB_AHEAD,
  JOB_CONCURRENCY,
  JOB_HEARTBEAT_MS,
  JOB_LANES,
  JOB_POLL_MS,
  JOB_STALE_MS,
  JOB_STOP_GRACE_MS,
  JOB_STOP_RECORD_MS,
  JOB_SWEEP_MS,
} from '#config/limits.ts';
import type { Db } from '#db/db.ts';
import type { Clock } from '#std/clock.ts';
import { crashpoint } from '#std/crashpoint.ts';
import type { NewId } from '#std/ids.ts';
import type { Random } from '#std/random.ts';
import { toMs } from '#std/time.ts';
import type { AttemptPorts } from './attempt.ts';
import { type LeaseClock, leaseClockOf, makeClaim, peek } from './claim-store.ts';
import type { JobKind } from './define.ts';
import { countsSince, type EndingCounts } from './ending-counts.ts';
import { InHand } from './in-hand.ts';
import { canceledAmong, claimKey, type Held, heartbeat } from './lease-store.ts';
import { errorText } from './outcome.ts';
import { type QueueHooks, type QueueLog, silentLog } from './ports.ts';
import type { Queue } from './queue.ts';
import { Scheduler } from './scheduler.ts';
import { Sweeper } from './sweeper.ts';
import { TallyKeeper } from './tally.ts';
import { Turns } from './turns.ts';
import { makeWorkerId } from './worker-id.ts';

export interface WorkerOptions<App> {
  db: Db;
  queue: Queue;
  clock: Clock;
  random: Random;
  newId: NewId;
  log?: QueueLog;
  hooks?: QueueHooks;
  /** What handlers get as `ctx.app`. */
  app: App;
  /** The kinds that this worker runs; jobs of other types are left for workers that know them. */
  jobs: readonly JobKind<App>[];
  /** Jobs at the same time. */
  concurrency?: number;
  /** The most to claim ahead of a free place when jobs are quick; 0: a claim always starts at once. */
  ahead?: number;
  pollMs?: number;
  heartbeatMs?: number;
  staleMs?: number;
  sweepMs?: number;
  /** Times in a row that its worker may die with a job before the job is given up. */
  maxDeaths?: number;
  /** Default: the database's, which several machines may share; for an embedded file always the program's. */
  leaseClock?: LeaseClock;
}

const attemptPorts = <App>(o: WorkerOptions<App>): AttemptPorts<App> => {
  const { db, queue, app, clock, random, log = silentLog, hooks = {} } = o;
  const lease = leaseClockOf(db.engine, o.leaseClock);
  return { db, queue, app, clock, random, log, hooks, lease };
};

/** Claims jobs and runs them, until it is stopped or nothing is due. */
export class Worker<App> {
  readonly id: string;
  readonly #ports: AttemptPorts<App>;
  readonly #hand: InHand<App>;
  readonly #turns: Turns<App>;
  readonly #sweeper: Sweeper;
  readonly #scheduler: Scheduler;
  readonly #tally: TallyKeeper;
  readonly #heartbeatMs: number;
  readonly #pollMs: number;
  /** Runs a function outside of the job or request that happened to call us. */
  readonly #outside = AsyncLocalStorage.snapshot();
  #started = false;
  #stopping: Promise<void> | undefined;
  #cancelDue = () => {};
  #cancelBeat = () => {};
  #cancelPoll = () => {};
  #stopListening: (() => void)[] = [];

  constructor(o: WorkerOptions<App>) {
    const { jobs, concurrency = JOB_CONCURRENCY, newId } = o;
    const ports = attemptPorts(o);
    const kinds = new Map(jobs.map((kind) => [kind.type, kind]));
    if (kinds.size < jobs.length) throw new Error('Two kinds of job have the same type');
    this.#ports = ports;
    this.#heartbeatMs = o.heartbeatMs ?? JOB_HEARTBEAT_MS;
    this.#pollMs = o.pollMs ?? JOB_POLL_MS;
    this.id = makeWorkerId(o.random);
    // A second turn would claim before the completions of the first are durable, which `ahead: 0` forbids.
    const lanes = o.db.engine === 'postgres' && o.ahead !== 0 ? JOB_LANES : 1;
    const ahead = o.ahead ?? JOB_AHEAD * lanes;
    const hand = new InHand<App>({ kinds: jobs, concurrency, ahead, lanes, clock: o.clock });
    this.#hand = hand;
    const claim = makeClaim([...kinds.keys()], o.db.engine, ports.lease);
    this.#turns = new Turns({ ...ports, workerId: this.id, newId, kinds, claim, hand, lanes });
    this.#turns.onNextDue = (dueMs) => this.#armDue(dueMs);
    this.#tally = new TallyKeeper(ports, this.id);
    this.#scheduler = new Scheduler({ ...ports, kinds });
    this.#sweeper = new Sweeper(
      {
        ...ports,
        signals: o.queue.signals,
        ...(o.maxDeaths === undefined ? {} : { maxDeaths: o.maxDeaths }),
      },
      {
        sweepMs: o.sweepMs ?? JOB_SWEEP_MS,
        staleMs: o.staleMs ?? JOB_STALE_MS,
        heartbeatMs: this.#heartbeatMs,
      },
      () => this.#beat(),
    );
  }

  /** Jobs that run now. */
  get running(): number {
    return this.#hand.running.size;
  }

  /** Goes on working until `stop`. */
  start(): void {
    if (this.#started || this.#stopping) return;
    this.#started = true;
    this.#listen();
    this.#stopListening.push(
      this.#ports.db.onForeignCommit(() => {
        // A look first would cost a round trip; in an embedded file it spares a lock.
        if (this.#ports.db.engine === 'postgres') this.#turns.schedule();
        void this.#look();
      }),
    );
    this.#armPoll();
    this.#outside(() => this.#sweeper.start());
    this.#scheduler.start();
    this.#turns.claiming = true;
    this.#turns.schedule();
  }

  /**
   * Makes the jobs of due schedules, and runs until no job that this worker knows is due, whether it was started or not.
   * Returns how the attempts since the call ended. Rejects when the database fails.
   */
  async drain(): Promise<EndingCounts> {
    if (this.#stopping) throw new Error('The worker has been stopped');
    const before = { ...this.#turns.counts };
    this.#listen();
    this.#turns.claiming = true;
    // Somebody may have set the clock, or put jobs in from another process: look at the delayed ones again.
    this.#turns.knowNextDue(0);
    await this.#scheduler.look();
    try {
      await this.#turns.quiet(true);
    } finally {
      if (!this.#started) this.#turns.claiming = false;
    }
    return countsSince(before, this.#turns.counts);
  }

  /**
   * Claims nothing more, lets jobs finish for `graceMs`, aborts the rest and puts them back with the attempt not counted.
   * Resolves when all of it is recorded, or can't be.
   */
  stop(options: { graceMs?: number } = {}): Promise<void> {
    this.#stopping ??= this.#stop(options.graceMs ?? JOB_STOP_GRACE_MS);
    return this.#stopping;
  }

  async #stop(graceMs: number): Promise<void> {
    this.#turns.claiming = false;
    this.#started = false;
    this.#cancelPoll();
    this.#cancelDue();
    this.#sweeper.stop();
    await this.#scheduler.stop();
    this.#hand.giveBack();
    this.#turns.hurry();
    await this.#quietWithin(graceMs);
    for (const attempt of this.#hand.running.values()) attempt.abort('stopping');
    // Aborted handlers have a grace time of their own, which ends them; this one is for a database that is away.
    while (this.#hand.running.size > 0) await this.#quietWithin(JOB_STOP_RECORD_MS);
    await this.#quietWithin(JOB_STOP_RECORD_MS);
    if (!this.#hand.idle) this.#ports.log.error({ worker: this.id }, 'stopped with job ends not recorded');
    for (const stop of this.#stopListening.splice(0)) stop();
    this.#cancelBeat();
    this.#turns.close();
    await this.#note({ last: true });
  }

  #note(options?: { last: boolean }): Promise<void> {
    return this.#tally.note({ counts: this.#turns.counts, running: this.running }, options);
  }

  async #quietWithin(ms: number): Promise<void> {
    const enough = new AbortController();
    const late = this.#ports.clock.sleep(ms, enough.signal).catch(() => {});
    await Promise.race([this.#turns.quiet(false), late]);
    enough.abort();
  }

  /** What a worker does whether it was started or only drains. */
  #listen(): void {
    if (this.#stopListening.length > 0) return;
    const { signals } = this.#ports.queue;
    this.#stopListening.push(
      signals.onReady((dueMs) => this.#turns.due(dueMs)),
      signals.onCanceled((id) => {
        for (const claim of this.#hand.held()) if (claim.id === id) this.#onGone(claim, 'canceled');
      }),
    );
    this.#armBeat(this.#heartbeatMs);
  }

  #onGone(claim: Held, cause: 'canceled' | 'lost'): void {
    this.#hand.running.get(claimKey(claim))?.abort(cause);
    this.#hand.drop(claim);
  }

  #armDue(dueMs: number): void {
    this.#cancelDue();
    if (!this.#started || dueMs === Number.POSITIVE_INFINITY) return;
    const wait = Math.max(0, dueMs - this.#ports.clock.ms());
    this.#cancelDue = this.#outside(() => this.#ports.clock.after(wait, () => this.#turns.schedule()));
  }

  /** The safety net, for what nothing told us of. An idle worker only reads. */
  #armPoll(): void {
    this.#cancelPoll = this.#outside(() =>
      this.#ports.clock.after(this.#pollMs, () => {
        if (this.#hand.giveBackLate()) this.#turns.schedule();
        void this.#note();
        void this.#look().then(() => {
          if (this.#started) this.#armPoll();
        });
      }),
    );
  }

  async #look(): Promise<void> {
    try {
      const { ready, nextDue, nextRun } = await peek(this.#ports.db);
      if (!this.#started) return;
      this.#scheduler.heard(nextRun);
      const dueMs = nextDue === null ? Number.POSITIVE_INFINITY : toMs(nextDue);
      this.#turns.knowNextDue(dueMs);
      if (ready || dueMs <= this.#ports.clock.ms()) this.#turns.schedule();
    } catch (e) {
      this.#ports.log.warn({ worker: this.id, error: errorText(e) }, 'looking for jobs failed');
    }
  }

  #armBeat(ms: number): void {
    this.#cancelBeat = this.#outside(() =>
      this.#ports.clock.after(ms, () => {
        this.#beat().then(
          () => this.#armBeat(this.#heartbeatMs),
          (e) => {
            this.#ports.log.warn({ worker: this.id, error: errorText(e) }, 'heartbeats could not be written');
            this.#armBeat(this.#heartbeatMs / 4);
          },
        );
      }),
    );
  }

  /** Shows that all claims are alive, and learns which were canceled or taken away. */
  async #beat(): Promise<void> {
    const held = this.#hand.held();
    if (held.length === 0) return;
    const { db, clock, lease } = this.#ports;
    const lost = await db.write((tx) => heartbeat(tx, held, { now: clock.now(), lease }));
    crashpoint('beat.written');
    if (lost.length === 0) return;
    const canceled = await canceledAmong(
      db,
      lost.map(({ id }) => id),
    );
    for (const claim of lost) this.#onGone(claim, canceled.has(claim.id) ? 'canceled' : 'lost');
  }
}
