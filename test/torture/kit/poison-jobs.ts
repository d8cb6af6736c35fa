import { z } from 'zod';
import type { JobContext } from '#queue/context.ts';
import { defineJob } from '#queue/define.ts';
import { die } from '#std/crashpoint.ts';

const payload = z.strictObject({ n: z.number() });
const GIGABYTE = 2 ** 30;
/** Milliseconds that a job which hangs may take, and that a job which works takes. */
const HANG_MS = 3_000;
const WORK_MS = 20;

/** Each does harm in its own way. */
export const POISONS = {
  throws: defineJob({
    type: 'poison.throws',
    payload,
    maxAttempts: 3,
    run: async () => {
      throw new Error('a handler that throws');
    },
  }),
  hangs: defineJob({
    type: 'poison.hangs',
    payload,
    maxAttempts: 2,
    timeoutMs: HANG_MS,
    run: () => new Promise<void>(() => {}),
  }),
  spins: defineJob({
    type: 'poison.spins',
    payload,
    maxAttempts: 10,
    run: async () => {
      for (;;);
    },
  }),
  hoards: defineJob({
    type: 'poison.hoards',
    payload,
    maxAttempts: 10,
    run: async () => {
      const kept: string[][] = [];
      for (let bytes = 0; bytes < 2 * GIGABYTE; bytes += 8 * 100_000) {
        kept.push(Array.from({ length: 100_000 }, (_, i) => String(i)));
      }
      return { kept: kept.length };
    },
  }),
  exits: defineJob({
    type: 'poison.exits',
    payload,
    maxAttempts: 10,
    run: async () => process.exit(0),
  }),
  kills: defineJob({
    type: 'poison.kills',
    payload,
    maxAttempts: 10,
    run: async () => die(),
  }),
};

/** Honest work, mostly waiting as work with mail mostly is. */
export const honestJob = defineJob({
  type: 'torture.honest',
  payload,
  run: async (ctx: JobContext<unknown>) => {
    await new Promise((resolve) => setTimeout(resolve, WORK_MS));
    ctx.signal.throwIfAborted();
  },
});

const STUBBORN_MS = 20_000;

/** Takes long, and hears no signal. */
export const stubbornJob = defineJob({
  type: 'torture.stubborn',
  payload,
  run: () => new Promise<void>((resolve) => void setTimeout(resolve, STUBBORN_MS).unref()),
});
