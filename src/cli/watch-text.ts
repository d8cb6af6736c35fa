import { stripVTControlCharacters } from 'node:util';
import type { Counted, QueueStats, TypeStats } from '#queue/stats-store.ts';
import type { BusyWorker, QueueView, Rates } from '#queue/watch.ts';
import { toMs } from '#std/time.ts';
import { table } from './table.ts';
import { paint, type Terminal } from './terminal.ts';
import { count, counted, cut, oneLine, span, widthOf } from './text.ts';

const TYPES_SHOWN = 12;
const WORKERS_SHOWN = 6;
/** Columns below which the table of types tells less of each. */
const NARROW = 72;
const BETWEEN = '   ';

const RATES: readonly (keyof Rates)[] = ['enqueued', 'started', 'completed', 'failed', 'retried'];
const STATES: readonly Counted[] = ['ready', 'delayed', 'running', 'failed', 'canceled'];

/** 0.4/s, 12/s, 1,234/s. */
const rateText = (rate: number | undefined): string => {
  if (rate === undefined) return '–';
  return `${rate > 0 && rate < 10 ? rate.toFixed(1) : count(rate)}/s`;
};

const sumText = (stats: QueueStats, of: Counted): string => {
  const sum = stats.types.reduce((n, type) => n + type[of], 0);
  return `${count(sum)}${stats.types.some((type) => type.more.includes(of)) ? '+' : ''}`;
};

const ageText = (instant: string | null, nowMs: number): string =>
  instant === null ? '–' : span(Math.max(0, nowMs - toMs(instant)));

/** `host/space/pid/random` as host and process. */
const placeOf = (workerId: string): { host: string; pid: string } => {
  const parts = workerId.split('/');
  return { host: oneLine(parts[0] ?? ''), pid: oneLine(parts.at(-2) ?? '') };
};

/** As many parts on a line as fit. */
const wrapped = (parts: readonly string[], columns: number): string => {
  const rows: string[] = [];
  for (const part of parts) {
    const longer = `${rows.at(-1)}${BETWEEN}${part}`;
    if (rows.length > 0 && longer.length <= columns) rows[rows.length - 1] = longer;
    else rows.push(part);
  }
  return rows.map((row) => cut(row, columns)).join('\n');
};

const weight = (type: TypeStats): number => type.running * 1e6 + type.ready + type.delayed + type.failed;

const typesText = (term: Pick<Terminal, 'columns' | 'color'>, stats: QueueStats, nowMs: number): string => {
  const sorted = [...stats.types].sort((a, b) => weight(b) - weight(a) || (a.type < b.type ? -1 : 1));
  const narrow = term.columns < NARROW;
  const shown = narrow ? STATES.filter((of) => of !== 'canceled') : STATES;
  const cell = (type: TypeStats, of: Counted) => `${count(type[of])}${type.more.includes(of) ? '+' : ''}`;
  const rows = sorted.slice(0, TYPES_SHOWN).map((type) => {
    const cells = [oneLine(type.type), ...shown.map((of) => cell(type, of))];
    return narrow ? cells : [...cells, ageText(type.oldestDue, nowMs)];
  });
  const columns = [
    { title: 'TYPE', shrinks: true },
    ...shown.map((of) => ({ title: of.toUpperCase(), align: 'right' as const })),
    ...(narrow ? [] : [{ title: 'OLDEST DUE', align: 'right' as const }]),
  ];
  const more = sorted.length - rows.length;
  return table(term, columns, rows) + (more > 0 ? `… and ${counted(more, 'more type')}\n` : '');
};

const workersText = (
  term: Pick<Terminal, 'columns' | 'color'>,
  workers: readonly BusyWorker[],
  nowMs: number,
): string => {
  const rows = workers.slice(0, WORKERS_SHOWN).map((worker) => {
    const { host, pid } = placeOf(worker.workerId);
    const short = oneLine(worker.workerId.split('/').at(-1) ?? '');
    return [short, host, pid, count(worker.running), ageText(worker.heartbeatAt, nowMs)];
  });
  const columns = [
    { title: 'WORKER' },
    { title: 'HOST', shrinks: true },
    { title: 'PROCESS', align: 'right' as const },
    { title: 'HOLDS', align: 'right' as const },
    { title: 'LAST SIGN', align: 'right' as const },
  ];
  const more = workers.length - rows.length;
  return table(term, columns, rows) + (more > 0 ? `… and ${counted(more, 'more worker')}\n` : '');
};

/** The whole picture, no line wider than the terminal. */
export const watchFrame = (term: Pick<Terminal, 'columns' | 'color'>, view: QueueView): string => {
  const nowMs = toMs(view.at);
  const { stats, rates, workers, overdueSchedules } = view;
  const failedNow = (rates?.failed ?? 0) > 0;
  const head = [
    `${view.at.slice(11, 19)} UTC`,
    `oldest due ${ageText(stats.oldestDue, nowMs)}`,
    ...(overdueSchedules > 0 ? [counted(overdueSchedules, 'overdue schedule')] : []),
  ];
  const flow = RATES.map((of) => `${of} ${rateText(rates?.[of])}`);
  const states = STATES.map((of) => `${of} ${sumText(stats, of)}`);
  const [top = '', ...below] = [head, flow, states].map((parts) => wrapped(parts, term.columns));
  const sums = below.join('\n');
  const red = (text: string) => paint(term, 'red', text);
  const parts = [
    `${paint(term, 'bold', top)}\n${failedNow ? sums.replace(/failed [\d.,]+\/s/, red) : sums}\n`,
  ];
  if (stats.types.length > 0) parts.push(typesText(term, stats, nowMs));
  parts.push(workers.length > 0 ? workersText(term, workers, nowMs) : 'No worker holds a job.\n');
  return fitted(parts.join('\n'), term.columns);
};

/** Tables keep their columns however narrow it is; a line that is still too wide is cut, and loses its colour. */
const fitted = (text: string, columns: number): string =>
  text
    .split('\n')
    .map((line) => (widthOf(line) <= columns ? line : cut(stripVTControlCharacters(line), columns)))
    .join('\n');

/** The same on one line, for where nobody looks at a screen. */
export const watchLine = ({ at, stats, rates, workers, overdueSchedules }: QueueView): string =>
  [
    at,
    ...RATES.map((of) => `${of} ${rateText(rates?.[of])}`),
    ...STATES.map((of) => `${of} ${sumText(stats, of)}`),
    `oldest-due ${stats.oldestDue === null ? '–' : `${((toMs(at) - toMs(stats.oldestDue)) / 1000).toFixed(1)}s`}`,
    `workers ${workers.length}`,
    ...(overdueSchedules > 0 ? [`overdue-schedules ${overdueSchedules}`] : []),
  ].join('  ');
