import type { Results } from './results.ts';
import type { Subject } from './subject.ts';

/** One line of the table of aims. */
export interface Verdict {
  subject: Subject;
  what: string;
  ours: number;
  unit: string;
  /** What it is held against; null: a fixed number. */
  peer: Subject | null;
  theirs: number | null;
  /** Ours to theirs; for times: theirs to ours, so that more is always better. */
  ratio: number | null;
  aim: string;
  met: boolean;
}

type Value = 'rate' | 'p50' | 'p99' | 'cpu';

interface Aim {
  what: string;
  /** The measurement of ours, and the peers'. */
  of: string;
  value: Value;
  /** Which of ours. */
  ours: (s: Subject) => boolean;
  /** Which peers; the best of them counts. */
  peers?: (ours: Subject, peer: Subject) => boolean;
  least?: number;
  /** A fixed number that it must stay below. */
  below?: number;
  /** The measurement of ours that it is held against. */
  against?: string;
}

const file = (s: Subject): boolean => s.store === 'file';
const postgres = (s: Subject): boolean => s.store === 'postgres';
const plain = (s: Subject): boolean => s.variant === undefined;
const strict = (s: Subject): boolean => s.variant === 'strict';
const all =
  (...tests: ((s: Subject) => boolean)[]) =>
  (s: Subject) =>
    tests.every((test) => test(s));

// What may lose a second is held to no more than a crash of the program, so it stands beside NORMAL.
const sameDurability = (ours: Subject, peer: Subject): boolean =>
  peer.store !== 'postgres' && (peer.durability === 'full') === (ours.durability === 'full');
const fileBacked = (ours: Subject, peer: Subject): boolean => file(peer) && sameDurability(ours, peer);
const onRedis = (_: Subject, peer: Subject): boolean => peer.store === 'redis';
const asItComes = (_: Subject, peer: Subject): boolean => postgres(peer) && plain(peer);
const tuned = (_: Subject, peer: Subject): boolean => postgres(peer) && peer.variant === 'tuned';
const anyPostgres = (_: Subject, peer: Subject): boolean => postgres(peer);

export const AIMS: readonly Aim[] = [
  {
    what: 'enqueue one by one',
    of: 'enqueue',
    value: 'rate',
    ours: all(file, plain),
    peers: fileBacked,
    least: 1,
  },
  {
    what: 'enqueue one by one, beside Redis',
    of: 'enqueue',
    value: 'rate',
    ours: all(file, plain),
    peers: onRedis,
    least: 1,
  },
  {
    what: '100 callers',
    of: 'callers',
    value: 'rate',
    ours: all(file, plain),
    peers: sameDurability,
    least: 5,
  },
  { what: 'bulk', of: 'bulk', value: 'rate', ours: all(file, plain), peers: sameDurability, least: 1 },
  {
    what: 'drain at 10',
    of: 'drain-10',
    value: 'rate',
    ours: all(file, plain),
    peers: sameDurability,
    least: 5,
  },
  {
    what: 'drain at 10, strict',
    of: 'drain-10',
    value: 'rate',
    ours: all(file, strict),
    peers: sameDurability,
    least: 2,
  },
  { what: 'pick-up p50, same process', of: 'pick-up', value: 'p50', ours: all(file, plain), below: 0.5 },
  { what: 'pick-up p99, same process', of: 'pick-up', value: 'p99', ours: all(file, plain), below: 2 },
  { what: 'pick-up p50, other process', of: 'pick-up-other', value: 'p50', ours: all(file, plain), below: 1 },
  { what: 'pick-up p99, other process', of: 'pick-up-other', value: 'p99', ours: all(file, plain), below: 3 },
  { what: 'idle', of: 'idle', value: 'cpu', ours: plain, below: 0.2 },
  {
    what: 'drain at 10',
    of: 'drain-10',
    value: 'rate',
    ours: all(postgres, plain),
    peers: asItComes,
    least: 10,
  },
  {
    what: 'drain at 10',
    of: 'drain-10',
    value: 'rate',
    ours: all(postgres, plain),
    peers: tuned,
    least: 1.5,
  },
  {
    what: 'enqueue one by one',
    of: 'enqueue',
    value: 'rate',
    ours: all(postgres, plain),
    peers: anyPostgres,
    least: 1.5,
  },
  {
    what: '100 callers',
    of: 'callers',
    value: 'rate',
    ours: all(postgres, plain),
    peers: anyPostgres,
    least: 20,
  },
  ...(['pick-up', 'pick-up-other'] as const).flatMap((of) =>
    (['p50', 'p99'] as const).map(
      (value): Aim => ({
        what: `${value} of ${of === 'pick-up' ? 'pick-up, same process' : 'pick-up, other process'}`,
        of,
        value,
        ours: all(postgres, plain),
        peers: anyPostgres,
        least: 1,
      }),
    ),
  ),
  {
    what: 'drain beside a million finished and delayed rows',
    of: 'grown-drain',
    value: 'rate',
    ours: plain,
    against: 'small-drain',
    least: 1 / 1.15,
  },
  {
    what: 'pick-up p50 beside them',
    of: 'grown-pick-up',
    value: 'p50',
    ours: plain,
    against: 'small-pick-up',
    least: 1 / 1.15,
  },
];

const UNITS: Readonly<Record<Value, string>> = { rate: 'jobs/s', p50: 'ms', p99: 'ms', cpu: '%' };

const isBetter = (value: Value, a: number, b: number): boolean => (value === 'rate' ? a > b : a < b);

const bestPeer = (results: Results, aim: Aim, ours: Subject): { subject: Subject; value: number } | null => {
  let best: { subject: Subject; value: number } | null = null;
  for (const subject of results.subjects) {
    if (subject.ours || !aim.peers?.(ours, subject)) continue;
    const value = results.median(subject.id, aim.of, aim.value);
    if (value === null) continue;
    if (best === null || isBetter(aim.value, value, best.value)) best = { subject, value };
  }
  return best;
};

const judge = (results: Results, aim: Aim, subject: Subject): Verdict | null => {
  const ours = results.median(subject.id, aim.of, aim.value);
  if (ours === null) return null;
  const base = { subject, what: aim.what, ours, unit: UNITS[aim.value] };
  if (aim.below !== undefined) {
    const met = ours < aim.below;
    return { ...base, peer: null, theirs: null, ratio: null, aim: `under ${aim.below} ${base.unit}`, met };
  }
  const own = aim.against === undefined ? null : results.median(subject.id, aim.against, aim.value);
  const best = own === null ? bestPeer(results, aim, subject) : { subject, value: own };
  if (best === null) return null;
  const ratio = aim.value === 'rate' ? ours / best.value : best.value / ours;
  const least = aim.least ?? 1;
  const wanted = aim.against === undefined ? `at least ${least} ×` : 'at most 1.15 × slower';
  return { ...base, peer: best.subject, theirs: best.value, ratio, aim: wanted, met: ratio >= least };
};

/** What can be judged from what was measured. */
export const verdicts = (results: Results): Verdict[] =>
  AIMS.flatMap((aim) =>
    results.subjects
      .filter((s) => s.ours && aim.ours(s))
      .flatMap((s) => {
        const verdict = judge(results, aim, s);
        return verdict ? [verdict] : [];
      }),
  );
