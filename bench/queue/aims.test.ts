import { expect, test } from 'vitest';
import { verdicts } from './aims.ts';
import { allSubjects } from './catalog.ts';
import type { Run } from './measure.ts';
import { planOf, QUICK } from './plan.ts';
import { tables } from './report.ts';
import { Results } from './results.ts';

const subjects = await allSubjects();
const quiet = { others: 0.1, syncs: 5_000 };
const disturbed = { others: 0.9, syncs: 300 };

const measured = (runs: Readonly<Record<string, Partial<Run>[]>>, measurement: string): Results => {
  const results = new Results(subjects);
  for (const [subject, list] of Object.entries(runs)) {
    for (const run of list) results.add(subject, measurement, { ...quiet, ...run });
  }
  return results;
};

test('the fastest peer of the same durability counts, and only what was measured is judged', () => {
  const results = measured(
    {
      'ashford-full': [{ rate: 50_000 }],
      'plainjob-full': [{ rate: 2_500 }],
      'liteque-full': [{ rate: 500 }],
      'plainjob-normal': [{ rate: 9_000 }],
      bullmq: [{ rate: 14_000 }],
    },
    'drain-10',
  );
  const [verdict, ...more] = verdicts(results);
  expect(more).toEqual([]);
  expect(verdict).toMatchObject({ what: 'drain at 10', ours: 50_000, theirs: 2_500, ratio: 20, met: true });
});

test('an aim that is missed by a little is missed', () => {
  const results = measured({ 'ashford-normal': [{ rate: 69_999 }], bullmq: [{ rate: 14_000 }] }, 'drain-10');
  expect(verdicts(results).map((v) => v.met)).toEqual([false]);
});

test('of times the shorter is the better, and the ratio is above one when it is ours', () => {
  const results = measured(
    {
      'ashford-postgres': [{ p50: 1, p99: 8 }],
      'pg-boss': [{ p50: 3, p99: 5 }],
      'graphile-worker': [{ p50: 2, p99: 6 }],
    },
    'pick-up',
  );
  expect(verdicts(results).map(({ theirs, ratio, met }) => ({ theirs, ratio, met }))).toEqual([
    { theirs: 2, ratio: 2, met: true },
    { theirs: 5, ratio: 0.625, met: false },
  ]);
});

test('disturbed runs are left out when two quiet ones remain, and failed ones always', () => {
  const two = measured({ 'ashford-full': [{ rate: 10 }, { rate: 30 }, { rate: 900, ...disturbed }] }, 'bulk');
  expect(two.median('ashford-full', 'bulk', 'rate')).toBe(20);
  const one = measured(
    { 'ashford-full': [{ rate: 10 }, { rate: 900, ...disturbed }, { error: 'away' }] },
    'bulk',
  );
  expect(one.median('ashford-full', 'bulk', 'rate')).toBe(455);
  expect(measured({}, 'bulk').median('ashford-full', 'bulk', 'rate')).toBeNull();
});

test('a table names the durability of each row, and leaves out what was not measured', () => {
  const results = measured({ 'ashford-full': [{ rate: 12_345 }], bullmq: [{ rate: 2_000 }] }, 'enqueue');
  const [first] = tables(results, planOf(QUICK));
  expect(first?.head.slice(0, 3)).toEqual(['', 'durability', 'enqueue one by one']);
  expect(first?.rows.map((row) => row.slice(0, 3))).toEqual([
    ['Ashford', 'full', '12,345'],
    ['BullMQ on Redis', 'within a second', '2,000'],
  ]);
});
