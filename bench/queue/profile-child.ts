/** `profile-child.ts TASK`: does the work of a task with the sampling profiler on, and prints where its time went. */
import { type Profiler, Session } from 'node:inspector/promises';
import { subjectOf } from './catalog.ts';
import { nowMs, type OpenQueue, pause, payload, payloads } from './subject.ts';
import type { Task } from './task.ts';

const WARM_UP = 2_000;
const CHUNK = 1_000;
const SAMPLE_US = 200;
const LOOK_MS = 5;

/** Microseconds of each function by itself: `function file`, the file below the project. */
export interface Profiled {
  ms: number;
  us: Record<string, number>;
}

const WORK: Record<string, (queue: OpenQueue, task: Task) => Promise<void>> = {
  enqueue: async (queue, { jobs }) => {
    for (let n = 0; n < jobs; n++) await queue.enqueue(payload(n));
  },
  bulk: async (queue, { jobs }) => {
    for (let n = 0; n < jobs; n += CHUNK) await queue.enqueueMany(payloads(CHUNK, n));
  },
  drain: async (queue, { concurrency, jobs }) => {
    let handled = 0;
    const worker = await queue.work(async () => {
      handled++;
    }, concurrency);
    // To ask the store how many are open takes longer than to drain some.
    while (handled < jobs || (await queue.open()) > 0) await pause(LOOK_MS);
    await worker.stop();
  },
};

/** What is native counts as its caller's. */
const summed = ({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Record<string, number> => {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const callers = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  const nameOf = (id: number): string => {
    const { functionName = '', url = '' } = byId.get(id)?.callFrame ?? {};
    const caller = callers.get(id);
    if (url === '' && !functionName.startsWith('(') && caller !== undefined) return nameOf(caller);
    return `${functionName} ${url.replace(/^.*\/(?=src\/|bench\/|node_modules\/)/, '')}`;
  };
  const us: Record<string, number> = {};
  for (const [i, id] of samples.entries()) {
    const name = nameOf(id);
    // The profiler's own start.
    if (!name.endsWith('node:inspector')) us[name] = (us[name] ?? 0) + (timeDeltas[i] ?? 0);
  }
  return us;
};

const task = JSON.parse(process.argv[2] ?? '{}') as Task;
const queue = await (await subjectOf(task.subject)).open(task.where);
const work = WORK[task.scenario];
if (!work) throw new Error(`${task.scenario} cannot be profiled`);
if (task.scenario === 'drain') await queue.enqueueMany(payloads(task.jobs));
else await work(queue, { ...task, jobs: WARM_UP });
const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.setSamplingInterval', { interval: SAMPLE_US });
await session.post('Profiler.start');
const began = nowMs();
await work(queue, task);
const ms = nowMs() - began;
const { profile } = await session.post('Profiler.stop');
const answer: Profiled = { ms, us: summed(profile) };
process.stdout.write(`${JSON.stringify(answer)}\n`, () => process.exit());
