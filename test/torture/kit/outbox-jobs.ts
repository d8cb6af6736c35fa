import { z } from 'zod';
import type { JobContext } from '#queue/context.ts';
import { defineJob } from '#queue/define.ts';
import { callWorld } from './world.ts';

/** Attempts that no fault of the world uses up. */
const ATTEMPTS = 100;

const payload = z.strictObject({ url: z.string(), n: z.number(), key: z.string().optional() });

const opOf = (kind: string) => (ctx: { jobId: string }) => `${kind} ${ctx.jobId}`;

/**
 * Sends what must not be sent twice, to a world that does not know what twice is: the op is recorded before the first
 * call, and whoever did not record it just now looks before the call.
 */
export const sendJob = defineJob({
  type: 'torture.send',
  payload,
  maxAttempts: ATTEMPTS,
  run: async (ctx: JobContext<unknown>, p) => {
    let first = false;
    const op = await ctx.step('prepared', async () => {
      first = true;
      return opOf('send')(ctx);
    });
    const look = async () => Number((await callWorld(p.url, { kind: 'find', op }, ctx.signal)).found) > 0;
    await ctx.step('sent', async () => {
      if (!first && (await look())) return;
      await callWorld(p.url, { kind: 'send', op, target: String(p.n) }, ctx.signal);
    });
  },
});

/** Posts where the receiver knows an op again. */
export const notifyJob = defineJob({
  type: 'torture.notify',
  payload,
  maxAttempts: ATTEMPTS,
  serialKey: (p) => p.key,
  run: async (ctx: JobContext<unknown>, p) => {
    const op = await ctx.step('prepared', async () => opOf('notify')(ctx));
    const target = p.key ?? '';
    if (p.key) await callWorld(p.url, { kind: 'enter', op, target });
    try {
      await callWorld(p.url, { kind: 'notify', op, target: String(p.n) }, ctx.signal);
    } finally {
      if (p.key) await callWorld(p.url, { kind: 'leave', op, target });
    }
  },
});
