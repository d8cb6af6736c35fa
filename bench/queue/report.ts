import { verdicts } from './aims.ts';
import type { Measurement } from './plan.ts';
import type { Results, Value } from './results.ts';
import type { Durability, Store, Subject } from './subject.ts';

export interface Table {
  title: string;
  head: readonly string[];
  rows: readonly (readonly string[])[];
}

const ENGINES: readonly { title: string; stores: readonly Store[] }[] = [
  { title: 'Embedded file', stores: ['file', 'redis'] },
  { title: 'PostgreSQL', stores: ['postgres'] },
];

const DURABILITY: Readonly<Record<Durability, string>> = {
  full: 'full',
  normal: 'normal',
  second: 'within a second',
};

export const rounded = (n: number): string => {
  if (n >= 1_000) return Math.round(n).toLocaleString('en');
  return n >= 10 ? n.toFixed(0) : n.toFixed(n < 1 ? 2 : 1);
};

const nameOf = (s: Subject): string => (s.variant === 'tuned' ? `${s.label}, tuned` : s.label);

const cell = (results: Results, s: Subject, m: Measurement): string => {
  const of = (value: Value): string => {
    const n = results.median(s.id, m.id, value);
    return n === null ? '' : rounded(n);
  };
  if (m.group === 'idle') return [of('cpu'), of('rss')].filter(Boolean).join(' / ');
  if (m.task.scenario === 'drain') return of('rate');
  return m.group === 'throughput' ? of('rate') : [of('p50'), of('p99')].filter(Boolean).join(' / ');
};

const GROUP_TITLES: Readonly<Record<Measurement['group'], string>> = {
  throughput: 'jobs/s',
  processes: 'jobs/s of several worker processes, 10 jobs at once each',
  'pick-up': 'pick-up on an idle worker, p50 / p99 in ms',
  idle: 'an idle worker, % of a core / MB',
  growth: 'beside finished and delayed rows: jobs/s; p50 / p99 in ms',
  fairness: "another account's live job, p50 / p99 in ms",
};

const tableOf = (
  results: Results,
  o: { title: string; stores: readonly Store[]; group: Measurement['group']; plan: readonly Measurement[] },
): Table | null => {
  const columns = o.plan.filter((m) => m.group === o.group);
  const rows = results.subjects
    .filter((s) => o.stores.includes(s.store))
    .map((s) => [nameOf(s), DURABILITY[s.durability], ...columns.map((m) => cell(results, s, m))])
    .filter((row) => row.slice(2).some((text) => /\d/.test(text)));
  if (rows.length === 0) return null;
  const head = ['', 'durability', ...columns.map((m) => m.title)];
  return { title: `${o.title}: ${GROUP_TITLES[o.group]}`, head, rows };
};

const memoryTable = (results: Results, o: { title: string; stores: readonly Store[] }): Table | null => {
  const rows = results.subjects
    .filter((s) => o.stores.includes(s.store))
    .map((s) => [nameOf(s), DURABILITY[s.durability], results.median(s.id, 'drain-10', 'rss')] as const)
    .flatMap(([name, durability, rss]) => (rss === null ? [] : [[name, durability, rounded(rss)]]));
  if (rows.length === 0) return null;
  return { title: `${o.title}: memory after the drain at 10, MB`, head: ['', 'durability', 'MB'], rows };
};

const aimTable = (results: Results, o: { title: string; stores: readonly Store[] }): Table | null => {
  const rows = verdicts(results)
    .filter((v) => o.stores.includes(v.subject.store))
    .map((v) => [
      v.what,
      DURABILITY[v.subject.durability],
      `${rounded(v.ours)} ${v.unit}`,
      v.theirs === null ? '' : `${rounded(v.theirs)} ${v.unit}`,
      v.peer === null ? '' : v.peer === v.subject ? 'itself, empty' : nameOf(v.peer),
      v.ratio === null ? '' : v.ratio.toFixed(2),
      v.aim,
      v.met ? 'yes' : 'no',
    ]);
  if (rows.length === 0) return null;
  const head = ['figure', 'durability', 'ours', 'peer', 'fastest peer', 'ratio', 'aim', 'met'];
  return { title: `${o.title}: aims`, head, rows };
};

/** Every table that has something in it. */
export const tables = (results: Results, plan: readonly Measurement[]): Table[] => {
  const groups = [...new Set(plan.map((m) => m.group))];
  return ENGINES.flatMap((engine) => [
    ...groups.map((group) => tableOf(results, { ...engine, group, plan })),
    memoryTable(results, engine),
    aimTable(results, engine),
  ]).filter((table) => table !== null);
};
