import fc from 'fast-check';
import { migrate } from '#db/migrate.ts';
import { openDatabase } from '#db/open.ts';
import { sameAsModel } from '#queue/model-twins.suite.ts';
import { systemClock } from '#std/clock.ts';
import { labelSets } from './models/label-sets.ts';
import { rulesAsTold } from './models/rules.ts';
import { undoRestores } from './models/undo.ts';
import { defineTrial, type TrialRun } from './trial.ts';

/** A counterexample of more steps is no help to whoever has to find out why. */
const MOST_STEPS = 10;

interface Part {
  what: string;
  runs: { quick: number; full: number };
  property: fc.IRawProperty<[unknown]>;
}

const stepsOf = (example: unknown): number =>
  typeof example === 'object' && example !== null && Symbol.iterator in example
    ? [...(example as Iterable<unknown>)].length
    : 1;

const hold = async (t: TrialRun, { what, runs, property }: Part): Promise<void> => {
  const numRuns = t.quick ? runs.quick : runs.full;
  const found = await fc.check(property, { numRuns, seed: t.seed });
  t.figure(`${what}: runs`, found.numRuns);
  const example = found.counterexample?.[0];
  const why = found.failed ? `${fc.stringify(example)}: ${String(found.errorInstance).slice(0, 500)}` : '';
  t.check(what, !found.failed, why);
  if (found.failed) t.check(`${what}: told in few steps`, stepsOf(example) <= MOST_STEPS);
};

export const modelsTrial = defineTrial({
  id: 'R26',
  title: 'queue, rules, undo and label sets against plain models, in any order of operations',
  promise: 'the same as the model after every step; apply and undo is as before; no illegal state',
  engines: ['embedded', 'postgres'],
  quickEngines: ['embedded'],
  maxQuickMs: 90_000,
  maxMs: 4 * 3_600_000,
  run: async (t) => {
    const { url } = await t.database();
    const db = await openDatabase({ url, clock: systemClock, random: t.random, durability: 'normal' });
    t.onEnd(() => db.close());
    await migrate(db, { clock: systemClock });
    const queue = sameAsModel({ db }, { maxCommands: 60 });
    await hold(t, {
      what: 'the queue does what a list and loops would do',
      runs: { quick: 60, full: 10_000 },
      property: queue,
    });
    if (t.engine !== 'embedded') return;
    await hold(t, {
      what: 'label sets are sets',
      runs: { quick: 2_000, full: 100_000 },
      property: labelSets(),
    });
    const rules = await rulesAsTold(t);
    await hold(t, {
      what: 'rules decide as they stand in order',
      runs: { quick: 60, full: 10_000 },
      property: rules,
    });
    const undo = await undoRestores(t);
    await hold(t, {
      what: 'what is undone is as before, but for what the person changed',
      runs: { quick: 25, full: 10_000 },
      property: undo,
    });
  },
});
