import { simulate } from './sim/simulate.ts';
import { defineTrial, type TrialRun } from './trial.ts';

const QUICK_SEEDS = 200;
const FULL_SEEDS = 20_000;
/** Every so many seeds, one is run again, to show that it is the same run. */
const TWICE_EVERY = 50;

/** Runs seeds from the trial's own on, until they are done or its time is over. */
const runSeeds = async (t: TrialRun, seeds: number): Promise<void> => {
  let runs = 0;
  let jobs = 0;
  let simulatedMs = 0;
  const began = performance.now();
  for (let seed = t.seed; seed < t.seed + seeds && !t.signal.aborted; seed++) {
    const run = await simulate(seed);
    runs++;
    jobs += run.jobs;
    simulatedMs += run.simulatedMs;
    if (run.problems.length > 0) {
      const again = `node test/torture/sim/run.ts ${seed} --log`;
      t.check(`seed ${seed}`, false, `${run.problems.slice(0, 3).join('; ')}; again with: ${again}`);
    }
    if (runs % TWICE_EVERY === 0) {
      t.check(`seed ${seed} is the same run twice`, (await simulate(seed)).hash === run.hash);
    }
    if (runs % 1_000 === 0) t.note(`${runs} of ${seeds} seeds`);
  }
  t.check('every seed was run', runs === seeds, `${runs} of ${seeds}`);
  t.figure('seeds', runs);
  t.figure('jobs', jobs);
  t.figure('simulated time', Math.round(simulatedMs / 3_600_000), 'h');
  t.figure(
    'simulated time',
    Math.round(simulatedMs / (performance.now() - began)),
    'times as fast as it passes',
  );
};

/** Machines, their clocks, the way to the database and chance, all in one process and all from one number. */
export const simulationTrial = defineTrial({
  id: 'SIM',
  title: 'the queue in a simulated world: deaths, pauses, lost answers, wrong clocks',
  promise:
    'every job ends or says why not, none is lost or runs beside itself, no recorded step runs again, no trigger is missed',
  engines: ['embedded'],
  maxQuickMs: 180_000,
  maxMs: 4 * 3_600_000,
  run: (t) => runSeeds(t, t.quick ? QUICK_SEEDS : FULL_SEEDS),
});
