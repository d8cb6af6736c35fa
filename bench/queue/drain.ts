import { type ChildProcess, fork } from 'node:child_process';
import { residentMegabytes } from './memory.ts';
import { nowMs, type OpenQueue, pause, payloads, type Subject } from './subject.ts';
import type { Answer, Task } from './task.ts';

const CHUNK = 1_000;
const TOLD_EVERY_MS = 10;
const STOP_MS = 5_000;
const HELPER = new URL('child.ts', import.meta.url);

interface Hands {
  handled(): number;
  problems(): number;
  stop(): Promise<unknown>;
}

const here = async (queue: OpenQueue, { concurrency }: Task): Promise<() => Promise<Hands>> => {
  let handled = 0;
  return async () => {
    const worker = await queue.work(async () => {
      handled++;
    }, concurrency);
    return { handled: () => handled, problems: () => 0, stop: () => worker.stop() };
  };
};

interface Told {
  handled: number;
  problems: number;
}

/** Worker processes that are ready; they begin together. */
const inProcesses = async (task: Task): Promise<() => Promise<Hands>> => {
  const told: Told[] = [];
  const children: ChildProcess[] = [];
  const ready: Promise<void>[] = [];
  for (let i = 0; i < task.processes; i++) {
    const child = fork(HELPER, ['help', JSON.stringify(task)], {
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    children.push(child);
    ready.push(
      new Promise((resolve, reject) => {
        child.on('message', (m: Told | 'ready') => {
          if (m === 'ready') resolve();
          else told[i] = m;
        });
        child.once('exit', (code) => reject(new Error(`A worker process ended with ${code}`)));
      }),
    );
  }
  await Promise.all(ready);
  const sum = (what: keyof Told): number => told.reduce((all, one) => all + (one?.[what] ?? 0), 0);
  return async () => {
    for (const child of children) child.send('go');
    return {
      handled: () => sum('handled'),
      problems: () => sum('problems'),
      // Waited for, so that their processor time counts as ours.
      stop: async () => {
        const gone = children.map((child) => new Promise((resolve) => child.once('exit', resolve)));
        for (const child of children) child.kill('SIGKILL');
        await Promise.all(gone);
      },
    };
  };
};

/** From the start of the worker until the store says that nothing waits or runs. */
export const measureDrain = async (queue: OpenQueue, task: Task): Promise<Answer> => {
  const { jobs, cap, processes } = task;
  for (let n = 0; n < jobs; n += CHUNK) await queue.enqueueMany(payloads(Math.min(CHUNK, jobs - n), n));
  await queue.settle?.();
  const begin = await (processes === 1 ? here(queue, task) : inProcesses(task));
  const [start, before] = [nowMs(), process.cpuUsage()];
  const late = start + cap * 1000;
  const hands = await begin();
  while (hands.handled() < jobs && nowMs() < late) await pause(processes === 1 ? 2 : TOLD_EVERY_MS);
  let end = nowMs();
  const capped = hands.handled() < jobs;
  while (!capped && nowMs() < late + cap * 1000) {
    end = nowMs();
    if ((await queue.open()) === 0) break;
    await pause(2);
  }
  const used = process.cpuUsage(before);
  const done = Math.min(jobs, hands.handled());
  const answer: Answer = {
    rate: (done * 1000) / (end - start),
    ...(processes === 1 ? { work: (used.user + used.system) / done } : {}),
    capped,
    twice: Math.max(0, hands.handled() - jobs),
    rss: residentMegabytes(),
    problems: hands.problems(),
  };
  await Promise.race([hands.stop(), pause(STOP_MS)]);
  return answer;
};

/** What a worker process of the above does. */
export const helpDrain = async (subject: Subject, task: Task): Promise<void> => {
  const queue = await subject.open(task.where);
  let handled = 0;
  const tell = () => process.send?.({ handled, problems: queue.problems?.() ?? 0 } satisfies Told);
  process.once('message', async () => {
    await queue.work(async () => {
      handled++;
    }, task.concurrency);
    setInterval(tell, TOLD_EVERY_MS);
  });
  process.send?.('ready');
};
