import type { Store, Subject } from './subject.ts';
import type { Task } from './task.ts';

/** One column of a table: a scenario with its settings. */
export interface Measurement {
  id: string;
  title: string;
  group: 'throughput' | 'processes' | 'pick-up' | 'idle' | 'growth' | 'fairness';
  task: Omit<Task, 'subject' | 'where'>;
  fits(subject: Subject): boolean;
}

export interface Size {
  jobs: number;
  rounds: number;
  /** Seconds. */
  cap: number;
  samples: number;
  /** Rows that are finished, and as many that are not due, in the growth scenario. */
  rows: number;
  backlog: number;
}

export const FULL: Size = {
  jobs: 20_000,
  rounds: 5,
  cap: 10,
  samples: 200,
  rows: 1_000_000,
  backlog: 100_000,
};
export const QUICK: Size = {
  jobs: 4_000,
  rounds: 3,
  cap: 3,
  samples: 60,
  rows: 100_000,
  backlog: 10_000,
};

const any = (): boolean => true;
const many = (s: Subject): boolean => !s.oneProcess;
const eager = (s: Subject): boolean => s.variant !== 'strict';
const on =
  (...stores: Store[]) =>
  (s: Subject) =>
    stores.includes(s.store);
const both = (a: (s: Subject) => boolean, b: (s: Subject) => boolean) => (s: Subject) => a(s) && b(s);

/** Ashford as it comes, at full durability. */
const oursAtFull = (s: Subject): boolean => s.ours && s.variant === undefined && s.durability === 'full';

export const planOf = (size: Size): Measurement[] => {
  const base: Measurement['task'] = {
    scenario: 'drain',
    jobs: size.jobs,
    concurrency: 10,
    processes: 1,
    other: false,
    samples: size.samples,
    cap: size.cap,
    backlog: 'none',
    seed: { finished: 0, delayed: 0 },
  };
  const one = (
    id: string,
    o: Pick<Measurement, 'title' | 'group'> & { fits?: Measurement['fits'] },
    task: Partial<Measurement['task']>,
  ): Measurement => ({ fits: any, ...o, id, task: { ...base, ...task } });

  const throughput = (id: string, title: string, task: Partial<Measurement['task']>) =>
    one(id, { title, group: 'throughput', fits: id.startsWith('drain') ? any : eager }, task);
  const processes = (n: number) =>
    one(
      `processes-${n}`,
      {
        title: `${n} processes`,
        group: 'processes',
        fits: both(both(many, eager), n <= 4 ? any : on('file', 'redis')),
      },
      { processes: n },
    );
  const pickUp = (other: boolean) =>
    one(
      other ? 'pick-up-other' : 'pick-up',
      {
        title: other ? 'other process' : 'same process',
        group: 'pick-up',
        fits: both(eager, other ? many : any),
      },
      { scenario: 'pick-up', other },
    );
  const grown = { finished: size.rows, delayed: size.rows };
  const growth = (id: string, title: string, task: Partial<Measurement['task']>) =>
    one(id, { title, group: 'growth', fits: oursAtFull }, task);
  const fairness = (backlog: Task['backlog'], title: string) =>
    one(
      `fairness-${backlog}`,
      { title, group: 'fairness', fits: oursAtFull },
      { scenario: 'fairness', backlog, jobs: size.backlog },
    );

  return [
    throughput('enqueue', 'enqueue one by one', { scenario: 'enqueue' }),
    throughput('callers', '100 callers', { scenario: 'callers' }),
    throughput('bulk', 'bulk', { scenario: 'bulk' }),
    throughput('drain-1', 'drain at 1', { concurrency: 1 }),
    throughput('drain-10', 'drain at 10', { concurrency: 10 }),
    throughput('drain-100', 'drain at 100', { concurrency: 100 }),
    ...[2, 4, 8].map(processes),
    pickUp(false),
    pickUp(true),
    one('idle', { title: 'idle', group: 'idle', fits: eager }, { scenario: 'idle' }),
    growth('small-drain', 'drain at 10, empty', {}),
    growth('grown-drain', 'drain at 10, grown', { seed: grown }),
    growth('small-pick-up', 'pick-up, empty', { scenario: 'pick-up' }),
    growth('grown-pick-up', 'pick-up, grown', { scenario: 'pick-up', seed: grown }),
    fairness('none', 'no backlog'),
    fairness('bulk', 'backlog of bulk work'),
    fairness('equal', 'backlog of equal priority'),
  ];
};

export const GROUPS: readonly Measurement['group'][] = [
  'throughput',
  'processes',
  'pick-up',
  'idle',
  'growth',
  'fairness',
];
