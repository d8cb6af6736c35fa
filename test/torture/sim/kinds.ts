import { z } from 'zod';
import type { Db } from '#db/db.ts';
import type { JobContext } from '#queue/context.ts';
import { defineJob, type JobKind } from '#queue/define.ts';
import { FatalError, giveUp, RetryableError } from '#queue/outcome.ts';
import type { QueueHooks, QueueLog } from '#queue/ports.ts';
import type { Queue } from '#queue/queue.ts';
import type { Clock } from '#std/clock.ts';
import { AppError } from '#std/errors.ts';
import type { Random } from '#std/random.ts';
import { between, oneOf, streamOf } from './chance.ts';
import type { Ledger, Run } from './ledger.ts';
import type { Machine } from './machine.ts';

/** What a handler of the simulation works with. */
export interface SimApp {
  seed: number;
  db: Db;
  clock: Clock;
  random: Random;
  queue: Queue;
  log: QueueLog;
  hooks: QueueHooks;
  machine: Machine;
  ledger: Ledger;
  /** The database itself, with nothing between: for looking, not for working. */
  truth: Db;
}

const payload = z.object({ n: z.number(), key: z.string() });
export type SimPayload = z.infer<typeof payload>;
type Ctx = JobContext<SimApp>;

/** What becomes of one run of a job. It depends on the job and how often it was begun, not on who runs it. */
const FATES = [
  'done',
  'done',
  'done',
  'done',
  'throws',
  'waits',
  'refuses',
  'snoozes',
  'gives up',
  'limited',
  'hangs',
  'deaf',
] as const;

const QUIET_STARTS = 4;

const fateOf = (app: SimApp, n: number): { fate: (typeof FATES)[number]; ms: number } => {
  const starts = app.ledger.startsOf(n);
  const random = streamOf(app.seed, n, starts);
  const fate = oneOf(random, FATES);
  return { fate: starts > QUIET_STARTS ? 'done' : fate, ms: between(random, 0, 20_000) };
};

const begin = (ctx: Ctx, n: number, serialKey?: string): Run => {
  const { machine, ledger } = ctx.app;
  return ledger.begin({ jobId: ctx.jobId, n, serialKey, machine }, ctx.signal);
};

/** An effect that a worker may have only while the job is its own. */
const effect = (ctx: Ctx, run: Run, what: string): Promise<number> =>
  ctx.write((tx) =>
    tx.run('insert into sim_effects (job_id, run, serial_key, what) values ($1, $2, $3, $4)', [
      ctx.jobId,
      run.number,
      run.serialKey ?? null,
      what,
    ]),
  );

const meet = async (ctx: Ctx, fate: (typeof FATES)[number]): Promise<unknown> => {
  const { machine } = ctx.app;
  switch (fate) {
    case 'throws':
      throw new Error('it went wrong');
    case 'waits':
      throw new RetryableError('not yet', { retryAfterMs: 7_000 });
    case 'refuses':
      throw new FatalError('never');
    case 'snoozes':
      return ctx.snooze(machine.ms() + 45_000);
    case 'gives up':
      return giveUp('no longer wanted');
    case 'limited':
      throw new AppError('limit', 'sim.limit', 'Too many', { retryAfterMs: 20_000 });
    case 'hangs':
      return machine.sleep(24 * 3_600_000, ctx.signal);
    case 'deaf':
      return new Promise(() => {});
    case 'done':
      return { by: machine.name };
  }
};

/** Waits, has a fenced effect before and after, and ends in one of many ways. */
const work = async (ctx: Ctx, p: SimPayload, serialKey?: string): Promise<unknown> => {
  const run = begin(ctx, p.n, serialKey);
  try {
    const { fate, ms } = fateOf(ctx.app, p.n);
    await effect(ctx, run, 'first');
    await ctx.app.machine.sleep(ms, ctx.signal);
    await effect(ctx, run, 'last');
    return await meet(ctx, fate);
  } finally {
    ctx.app.ledger.end(run);
  }
};

/** Longer than a lease: whoever hangs must show life. */
const TIMEOUT_MS = 200_000;

export const plainKind = defineJob<SimPayload, SimApp, unknown>({
  type: 'sim.plain',
  payload,
  timeoutMs: TIMEOUT_MS,
  fairKey: (p) => p.key,
  run: (ctx, p) => work(ctx, p),
});

export const serialKind = defineJob<SimPayload, SimApp, unknown>({
  type: 'sim.serial',
  payload,
  timeoutMs: TIMEOUT_MS,
  priority: -1,
  serialKey: (p) => `serial-${p.key}`,
  run: (ctx, p) => work(ctx, p, `serial-${p.key}`),
});

const STEPS = ['one', 'two', 'three'];

const RECORDED =
  'select 1 as known from job_steps where job_id = $1 and name = $2 and finished_at is not null';

/**
 * Each step may run until it is recorded, and never after; but nothing can stop a process that was paused between asking
 * whether the job is still its own and the step's first instruction.
 */
export const stepsKind = defineJob<SimPayload, SimApp, unknown>({
  type: 'sim.steps',
  payload,
  timeoutMs: TIMEOUT_MS,
  concurrency: 2,
  run: async (ctx, p) => {
    const { machine, ledger, truth } = ctx.app;
    const run = begin(ctx, p.n);
    try {
      const { fate, ms } = fateOf(ctx.app, p.n);
      for (const name of STEPS) {
        await ctx.step(name, async () => {
          const asked = !machine.justWoke;
          const known = await truth.all(RECORDED, [ctx.jobId, name]);
          if (asked && known.length > 0)
            ledger.problem(`step ${name} of job ${p.n} runs again on ${machine.name}`);
          await machine.sleep(ms / 4, ctx.signal);
          return name;
        });
        await machine.sleep(ms / 4, ctx.signal);
      }
      return await meet(ctx, fate);
    } finally {
      ledger.end(run);
    }
  },
});

/** Whoever triggers it wants a run that begins after the trigger: it says how many causes it saw. */
export const triggerKind = defineJob<SimPayload, SimApp, unknown>({
  type: 'sim.trigger',
  payload,
  timeoutMs: TIMEOUT_MS,
  maxAttempts: 100,
  singletonKey: (p) => `trigger-${p.key}`,
  serialKey: (p) => `trigger-${p.key}`,
  run: async (ctx, p) => {
    const { machine, ledger, seed } = ctx.app;
    const run = begin(ctx, p.n, `trigger-${p.key}`);
    try {
      const seen = ledger.causes.get(p.key) ?? 0;
      const random = streamOf(seed, p.n, ledger.startsOf(p.n));
      await machine.sleep(between(random, 0, 30_000), ctx.signal);
      if (random.next() < 0.2) throw new Error('it went wrong');
      return { key: p.key, seen };
    } finally {
      ledger.end(run);
    }
  },
});

/** Takes its whole process with it. */
export const poisonKind = defineJob<SimPayload, SimApp, unknown>({
  type: 'sim.poison',
  payload,
  maxAttempts: 3,
  run: async (ctx) => {
    ctx.app.machine.kill();
  },
});

/** What a schedule makes every minute. */
export const tickKind = defineJob<SimPayload, SimApp, unknown>({
  type: 'sim.tick',
  payload,
  run: async (ctx) => {
    ctx.app.ledger.tick(ctx.app.machine, ctx.jobId);
    return {};
  },
});

/** Those that come again and again: there is always a next one. */
export const RECURRING: readonly string[] = [tickKind.type];

export const KINDS: readonly JobKind<SimApp>[] = [
  plainKind,
  serialKind,
  stepsKind,
  triggerKind,
  poisonKind,
  tickKind,
];
