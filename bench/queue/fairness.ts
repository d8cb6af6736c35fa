import { answerOf, gap, takeSamples } from './pick-up.ts';
import { nowMs, type OpenQueue, pause, payload, payloads } from './subject.ts';
import type { Answer, Task } from './task.ts';

const CHUNK = 5_000;
/** How long a job of the backlog takes, in milliseconds. */
const WORK_MS = { least: 5, spread: 15 };
const SETTLE_MS = 1_000;

/**
 * One account has a backlog that is being worked on; another has a single job. `bulk`: the backlog is bulk work by
 * priority. `equal`: it is not, and only turns between the accounts help. `none`: the same with no backlog.
 */
export const measureFairness = async (queue: OpenQueue, task: Task): Promise<Answer> => {
  const { jobs, backlog } = task;
  const place = { account: 'first', live: backlog === 'equal' };
  for (let n = 0; backlog !== 'none' && n < jobs; n += CHUNK) {
    await queue.enqueueMany(payloads(Math.min(CHUNK, jobs - n), n), place);
  }
  await queue.settle?.();
  let onStart = (_sentMs: number) => {};
  let handled = 0;
  const worker = await queue.work(async (p) => {
    if (p.sentMs > 0) return onStart(p.sentMs);
    handled++;
    await pause(WORK_MS.least + Math.random() * WORK_MS.spread);
  }, task.concurrency);
  await pause(SETTLE_MS);
  const start = nowMs();
  const before = handled;
  const taken = await takeSamples(task, {
    send: async (n) => {
      await gap();
      await queue.enqueue(payload(n, nowMs()), { account: 'second', live: true });
    },
    onStart: (fn) => {
      onStart = fn;
    },
  });
  const rate = ((handled - before) * 1000) / (nowMs() - start);
  await Promise.race([worker.stop(), pause(SETTLE_MS)]);
  return { ...answerOf(taken), ...(backlog === 'none' ? {} : { rate }) };
};
