import { expect, test } from 'vitest';
import { CALM } from './plan.ts';
import { simulate } from './simulate.ts';

test('a seed tells everything: the same one twice is the same run', async () => {
  for (const seed of [1, 25, 34]) {
    const [first, again] = [await simulate(seed), await simulate(seed)];
    expect(again.log).toEqual(first.log);
    expect(again.hash).toBe(first.hash);
    expect(first.log.length).toBeGreaterThan(50);
  }
});

test.each([
  [25, 'machines that disagree about the time'],
  [30, 'a host that is sent to 1970 and back'],
  [56, 'clocks a day apart, with deaths'],
  [68, 'heartbeats of a clock that was a day ahead'],
])('seed %i holds: %s', async (seed) => {
  expect((await simulate(seed)).problems).toEqual([]);
});

test('when nothing goes wrong, nothing is wrong, and a schedule of every minute runs every minute', async () => {
  const run = await simulate(1, { ...CALM, schedules: true });
  expect(run.problems).toEqual([]);
  const ticks = run.log.filter((line) => line.endsWith(' ticks'));
  expect(ticks.length).toBe(Math.floor(run.simulatedMs / 60_000));
});

/** Many pauses that are longer than a lease. */
const PAUSED = { ...CALM, pauses: true, jobs: 60, concurrency: 5 };

test('a worker that wakes up after its lease runs no step that another has recorded', async () => {
  expect((await simulate(41, PAUSED)).problems).toEqual([]);
});

test('a process that starts just after the clock of its host was set takes nothing from the living', async () => {
  expect((await simulate(1121)).problems).toEqual([]);
});

const UNFENCED = /claim_token = \$2 and state = 'running'/g;

test.each([
  ['work that nobody fences', (sql: string) => sql.replace(UNFENCED, "$2 <> ''")],
  ['serial keys that nobody heeds', (sql: string) => sql.replaceAll('q.serial_key is null or', '1 = 1 or')],
  ['steps that are not kept', (sql: string) => sql.replace('s.name = $3', "s.name = $3 || '?'")],
  [
    'signs of life that nobody keeps',
    (sql: string) =>
      sql.replace('set heartbeat_at = $2', 'set heartbeat_at = heartbeat_at || substr($2, 1, 0)'),
  ],
])('the simulation finds %s', async (_, tamper) => {
  const problems: string[] = [];
  for (let seed = 1; seed <= 8 && problems.length === 0; seed++) {
    problems.push(...(await simulate(seed, PAUSED, tamper)).problems);
  }
  expect(problems).not.toEqual([]);
});
