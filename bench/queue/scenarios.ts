import { measureDrain } from './drain.ts';
import { measureFairness } from './fairness.ts';
import { residentMegabytes } from './memory.ts';
import { measurePickUp } from './pick-up.ts';
import { nowMs, type OpenQueue, pause, payload, payloads, type Subject } from './subject.ts';
import type { Answer, ScenarioName, Task } from './task.ts';

const WARM_UP = 200;
const CALLERS = 100;
const CHUNK = 1_000;
const SETTLE_MS = 3_000;
const IDLE_MS = 5_000;

export type Scenario = (subject: Subject, task: Task) => Promise<Answer>;

const withQueue =
  (measure: (queue: OpenQueue, task: Task) => Promise<Answer>): Scenario =>
  async (subject, task) => {
    const queue = await subject.open(task.where);
    const answer = await measure(queue, task);
    await Promise.race([queue.close(), pause(SETTLE_MS)]);
    return { ...answer, problems: (answer.problems ?? 0) + (queue.problems?.() ?? 0) };
  };

const warmUp = async (queue: OpenQueue): Promise<void> => {
  for (let n = 0; n < WARM_UP; n++) await queue.enqueue(payload(n));
};

/** From now on: jobs a second, and the processor time of a thousand. */
const meter = () => {
  const [start, before] = [nowMs(), process.cpuUsage()];
  return {
    start,
    read: (jobs: number): { rate: number; work: number } => {
      const rate = (jobs * 1000) / (nowMs() - start);
      const { user, system } = process.cpuUsage(before);
      return { rate, work: (user + system) / jobs };
    },
  };
};

/** `callers` callers, each of which awaits its own enqueue before the next. */
const enqueueBy = (callers: number): Scenario =>
  withQueue(async (queue, { jobs, cap }) => {
    await warmUp(queue);
    const { start, read } = meter();
    const end = start + cap * 1000;
    let n = 0;
    const one = async (): Promise<void> => {
      while (n < jobs && nowMs() < end) await queue.enqueue(payload(n++));
    };
    await Promise.all(Array.from({ length: callers }, one));
    return { ...read(n), capped: n < jobs };
  });

const bulk = withQueue(async (queue, { jobs, cap }) => {
  await queue.enqueueMany(payloads(CHUNK));
  const { start, read } = meter();
  let n = 0;
  for (; n < jobs && nowMs() < start + cap * 1000; n += CHUNK) await queue.enqueueMany(payloads(CHUNK, n));
  return { ...read(n), capped: n < jobs };
});

const idle = withQueue(async (queue, { concurrency }) => {
  const worker = await queue.work(async () => {}, concurrency);
  for (let n = 0; n < 20; n++) await queue.enqueue(payload(n));
  await pause(SETTLE_MS);
  const [before, start] = [process.cpuUsage(), nowMs()];
  await pause(IDLE_MS);
  const used = process.cpuUsage(before);
  const cpu = (used.user + used.system) / 10 / (nowMs() - start);
  const rss = residentMegabytes();
  await Promise.race([worker.stop(), pause(SETTLE_MS)]);
  return { cpu, rss };
});

const prepare = withQueue(async (queue, { seed }) => {
  if (seed.finished + seed.delayed > 0) await queue.seed?.(seed);
  return {};
});

export const SCENARIOS: Readonly<Record<ScenarioName, Scenario>> = {
  prepare,
  enqueue: enqueueBy(1),
  callers: enqueueBy(CALLERS),
  bulk,
  drain: withQueue(measureDrain),
  'pick-up': withQueue(measurePickUp),
  idle,
  fairness: withQueue(measureFairness),
};
