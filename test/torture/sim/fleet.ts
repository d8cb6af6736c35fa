import type { Db } from '#db/db.ts';
import { ensureOwnSchedules } from '#queue/own-schedules.ts';
import { type QueueHooks, silentLog } from '#queue/ports.ts';
import { createQueue, type Queue } from '#queue/queue.ts';
import { Worker } from '#queue/runner.ts';
import { idMaker } from '#std/ids.ts';
import { toInstant } from '#std/time.ts';
import { sometimes, streamOf } from './chance.ts';
import { FAIR_WEATHER, faultyDb, type Weather } from './faulty-db.ts';
import { KINDS, type SimApp, tickKind } from './kinds.ts';
import type { Ledger } from './ledger.ts';
import { Machine } from './machine.ts';
import type { Plan } from './plan.ts';
import type { World } from './world.ts';

/** Milliseconds between looks of an idle worker: slow, so that a simulated hour takes few steps. */
const POLL_MS = 5_000;

/** 2026-01-15, 09:00 UTC. */
const CALENDAR_START_MS = Date.UTC(2026, 0, 15, 9);

const NEWS_MS = 50;
const SCHEDULE_TRIES = 1_000;

const SCHEDULES = [
  { job: tickKind, cron: '* * * * *', timeZone: 'UTC', payload: { n: 0, key: '' }, missed: 'run_once' },
] as const;

export type Tamper = (sql: string) => string;

/** A machine with its program. */
export interface Post {
  machine: Machine;
  db: Db;
  queue: Queue;
  worker: Worker<SimApp>;
  stopping: boolean;
}

/** The machines of one run, those that died among them. */
export class Fleet {
  readonly posts: Post[] = [];
  weather: Weather = FAIR_WEATHER;
  /** Milliseconds by which the calendar was set forward, for all. */
  shiftMs = 0;
  /** Of the host on which all processes run. */
  hostAheadMs = 0;
  /** What its clock shows for ever, while it stands still. */
  hostStandsAt: number | null = null;
  readonly #o: { seed: number; plan: Plan; world: World; ledger: Ledger; truth: Db; tamper: Tamper };
  readonly #listeners = new Set<{ machine: Machine; fn: () => void }>();

  constructor(o: { seed: number; plan: Plan; world: World; ledger: Ledger; truth: Db; tamper: Tamper }) {
    this.#o = o;
  }

  /** What a right clock says. */
  calendar(): number {
    return CALENDAR_START_MS + this.shiftMs + this.#o.world.ms;
  }

  get well(): Post[] {
    return this.posts.filter((p) => !p.machine.dead && !p.machine.paused && !p.stopping);
  }

  get living(): Post[] {
    return this.posts.filter((p) => !p.machine.dead && !p.stopping);
  }

  /** One more machine, at work. */
  add(): Post {
    const { seed, plan, world, ledger, truth } = this.#o;
    const number = this.posts.length + 1;
    const random = streamOf(seed, 7_000 + number);
    const machine = new Machine(`m${number}`, world, () => this.calendar());
    if (plan.clocks === 'host') machine.inherit(this.hostAheadMs, this.hostStandsAt);
    const db = faultyDb(truth, {
      world,
      machine,
      random,
      weather: () => this.weather,
      engine: plan.clocks === 'each' ? 'remote' : 'embedded',
      tamper: this.#o.tamper,
      databaseNow: () => toInstant(this.calendar()),
      onCommit: (by) => this.#tell(by, random.next()),
      listeners: this.#listeners,
    });
    const newId = idMaker(machine, random);
    const queue = createQueue({ db, clock: machine, newId });
    const hooks: QueueHooks = {
      onEnded: ({ job, ending }) =>
        world.say(`${machine.name} ends ${job.type} ${job.payloadJson} ${ending}`),
      onRescued: (count) => world.say(`${machine.name} rescues ${count}`),
    };
    const ports = { db, queue, clock: machine, random, newId, log: silentLog, hooks };
    const worker = new Worker<SimApp>({
      ...ports,
      app: { ...ports, seed, machine, ledger, truth },
      jobs: KINDS,
      concurrency: plan.concurrency,
      ahead: plan.ahead,
      pollMs: POLL_MS,
    });
    world.say(`${machine.name} starts`);
    worker.start();
    if (plan.schedules) void this.#schedule({ machine, db, queue, worker, stopping: false });
    const post = { machine, db, queue, worker, stopping: false };
    this.posts.push(post);
    return post;
  }

  /** The process ends as it should. */
  async retire(post: Post): Promise<void> {
    post.stopping = true;
    this.#o.world.say(`${post.machine.name} is asked to stop`);
    await post.worker.stop({ graceMs: 10_000 });
    post.machine.kill();
  }

  /** As a program does when it starts, until it is answered. */
  async #schedule({ machine, db, queue }: Post): Promise<void> {
    const newId = idMaker(machine, streamOf(this.#o.seed, 9_000 + this.posts.length));
    for (let tries = 0; tries < SCHEDULE_TRIES; tries++) {
      try {
        return await ensureOwnSchedules({ db, clock: machine, newId, signals: queue.signals }, SCHEDULES);
      } catch {
        await machine.sleep(1_000);
      }
    }
  }

  /** Other processes hear of a commit, mostly. */
  #tell(by: Machine, chance: number): void {
    const random = streamOf(this.#o.seed, 5, Math.floor(chance * 2 ** 30));
    for (const { machine, fn } of this.#listeners) {
      if (machine === by || machine.dead || !sometimes(random, 0.8)) continue;
      machine.after(random.next() * NEWS_MS, fn);
    }
  }
}
