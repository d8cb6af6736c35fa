import { fork } from 'node:child_process';
import { nowMs, type OpenQueue, pause, payload, type Subject } from './subject.ts';
import { type Answer, quantile, type Task } from './task.ts';

const HELPER = new URL('child.ts', import.meta.url);
const SETTLE_MS = 700;
/** Pauses between samples are spread, so that they meet timers in every phase. */
const GAP_MS = { least: 2, spread: 25 };
const LOST_MS = 35_000;
const WARM_UP = 10;

/** Off the millisecond on which timers fire. */
const spin = (ms: number): void => {
  const end = nowMs() + ms;
  while (nowMs() < end);
};

export const gap = async (): Promise<void> => {
  await pause(GAP_MS.least + Math.random() * GAP_MS.spread);
  spin(Math.random());
};

const asOther = (task: Task): Promise<{ send(n: number): void; stop(): void }> => {
  const child = fork(HELPER, ['send', JSON.stringify(task)], {
    execArgv: [],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`The sending process ended with ${code}`)));
    child.once('message', () =>
      resolve({ send: (n) => void child.send(n), stop: () => void child.kill('SIGKILL') }),
    );
  });
};

/** Enqueues one job after another, each when the last has started; milliseconds from the call to its handler's start. */
export const takeSamples = async (
  task: { samples: number; cap: number },
  o: { send(n: number): Promise<unknown>; onStart(fn: (sentMs: number) => void): void },
): Promise<number[]> => {
  const taken: number[] = [];
  let arrived = () => {};
  o.onStart((sentMs) => {
    taken.push(nowMs() - sentMs);
    arrived();
  });
  const end = nowMs() + task.cap * 1000;
  for (let n = -WARM_UP; n < task.samples && nowMs() < end; n++) {
    if (n === 0) taken.length = 0;
    const started = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    await o.send(n);
    await Promise.race([started, pause(LOST_MS)]);
  }
  return taken;
};

export const answerOf = (taken: readonly number[]): Answer => ({
  p50: quantile(taken, 0.5),
  p99: quantile(taken, 0.99),
  samples: taken.length,
});

/** The worker has nothing else to do. */
export const measurePickUp = async (queue: OpenQueue, task: Task): Promise<Answer> => {
  let onStart = (_sentMs: number) => {};
  const worker = await queue.work(async (p) => {
    if (p.sentMs > 0) onStart(p.sentMs);
  }, task.concurrency);
  const other = task.other ? await asOther(task) : undefined;
  await pause(SETTLE_MS);
  const taken = await takeSamples(task, {
    send: async (n) => {
      if (other) return other.send(n);
      await gap();
      await queue.enqueue(payload(n, nowMs()));
    },
    onStart: (fn) => {
      onStart = fn;
    },
  });
  other?.stop();
  await Promise.race([worker.stop(), pause(SETTLE_MS)]);
  return answerOf(taken);
};

/** The other process: a job for each message. */
export const helpSend = async (subject: Subject, task: Task): Promise<void> => {
  const queue = await subject.open(task.where);
  process.on('message', async (n: number) => {
    await gap();
    await queue.enqueue(payload(n, nowMs()));
  });
  process.send?.('ready');
};
