/**
 * One measurement in a process of its own: `child.ts TASK` prints its answer as a line of JSON. `child.ts help TASK` works,
 * `child.ts send TASK` enqueues, for the process that measures.
 */
import { subjectOf } from './catalog.ts';
import { helpDrain } from './drain.ts';
import { helpSend } from './pick-up.ts';
import { SCENARIOS } from './scenarios.ts';
import type { Answer, Task } from './task.ts';

const [, , first = '', second] = process.argv;
const task = JSON.parse(second ?? first) as Task;
const subject = await subjectOf(task.subject);

const measure = async (): Promise<Answer> => {
  try {
    return await SCENARIOS[task.scenario](subject, task);
  } catch (e) {
    process.stderr.write(`${e instanceof Error ? e.stack : e}\n`);
    return { error: e instanceof Error ? e.message : String(e) };
  }
};

if (second === undefined) {
  const answer = await measure();
  process.stdout.write(`${JSON.stringify(answer)}\n`, () => process.exit());
} else if (first === 'help') await helpDrain(subject, task);
else await helpSend(subject, task);
