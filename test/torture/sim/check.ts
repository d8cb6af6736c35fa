import type { Db } from '#db/db.ts';
import type { JobsTable } from '#db/queue-tables.ts';
import type { Told } from './events.ts';
import { RECURRING } from './kinds.ts';
import type { Ledger } from './ledger.ts';

type Row = JobsTable & { n: number };

const MERGED = 'sim.trigger';
const MINUTE_MS = 60_000;

/** Everything ended, and what failed says why. */
const checkEnds = (rows: readonly Row[], ledger: Ledger): void => {
  for (const job of rows) {
    if (job.state === 'queued' || job.state === 'running') {
      ledger.problem(`job ${job.n} (${job.type}) never ended: ${job.state}, not before ${job.not_before}`);
    }
    if (job.state === 'failed' && !job.last_error) ledger.problem(`job ${job.n} failed without a reason`);
    if (job.attempts > job.max_attempts) ledger.problem(`job ${job.n} had ${job.attempts} attempts`);
    if (job.state === 'completed' && job.result_json === null) {
      ledger.problem(`job ${job.n} is completed without what its handler returned`);
    }
  }
};

const checkAccepted = (
  rows: readonly Row[],
  o: { told: Told; ledger: Ledger; marks: ReadonlySet<number> },
): void => {
  const { told, ledger, marks } = o;
  const counts = new Map<number, number>();
  for (const { n } of rows) counts.set(n, (counts.get(n) ?? 0) + 1);
  for (const { n, idempotency_key } of rows) {
    if (idempotency_key !== null && (counts.get(n) ?? 0) > 1) ledger.problem(`job ${n} was made twice`);
  }
  // Who discarded a job is the only one who may have made it go away.
  if (told.discarded.size > 0) return;
  for (const n of told.accepted) if (!counts.has(n)) ledger.problem(`job ${n} was accepted and is lost`);
  for (const n of told.marked) {
    if (marks.has(n) !== counts.has(n))
      ledger.problem(`job ${n} and its mark are not both there or both not`);
  }
};

const checkCanceled = (rows: readonly Row[], { told, ledger }: { told: Told; ledger: Ledger }): void => {
  for (const job of rows) {
    if (told.canceled.has(job.id) && job.state !== 'canceled') {
      ledger.problem(`job ${job.n} was canceled and is ${job.state}`);
    }
  }
};

/** For each cause that was accepted, a run that began after it was completed, or its job is there to be seen as dead. */
const checkTriggers = (rows: readonly Row[], { told, ledger }: { told: Told; ledger: Ledger }): void => {
  const seen = new Map<string, number>();
  for (const { type, result_json } of rows) {
    if (type !== MERGED || result_json === null) continue;
    const result = JSON.parse(result_json) as { key: string; seen: number };
    seen.set(result.key, Math.max(seen.get(result.key) ?? 0, result.seen));
  }
  const dead = new Set(
    rows
      .filter((job) => job.type === MERGED && job.state === 'failed')
      .map((job) => (JSON.parse(job.payload_json) as { key: string }).key),
  );
  for (const { key, cause } of told.triggers) {
    if (!dead.has(key) && (seen.get(key) ?? 0) < cause)
      ledger.problem(`trigger ${cause} of ${key} was accepted and lost`);
  }
};

/** Each time of a schedule is run once, and all that were missed together once. */
const checkTicks = (simulatedMs: number, ledger: Ledger): void => {
  const most = Math.floor(simulatedMs / MINUTE_MS) + 1 + ledger.clocksSet;
  if (ledger.ticks.size > most)
    ledger.problem(`a schedule of every minute had ${ledger.ticks.size} jobs, not ${most}`);
};

/** Between two effects of one run no other run of the same job, or of the same serial key, had one. */
const checkEffects = (
  effects: readonly { job_id: string; run: number; serial_key: string | null }[],
  ledger: Ledger,
): void => {
  const current = new Map<string, number>();
  const past = new Map<string, Set<number>>();
  for (const { job_id, run, serial_key } of effects) {
    for (const of of [job_id, ...(serial_key === null ? [] : [serial_key])]) {
      if (current.get(of) === run) continue;
      const over = past.get(of) ?? new Set();
      if (over.has(run)) ledger.problem(`run ${run} had an effect after another had taken over ${of}`);
      over.add(run);
      past.set(of, over);
      current.set(of, run);
    }
  }
};

/** Holds what is in the database when all is quiet against what was promised. */
export const checkAll = async (
  truth: Db,
  o: { told: Told; ledger: Ledger; simulatedMs: number },
): Promise<void> => {
  const jobs = await truth.all<JobsTable>('select * from jobs order by id');
  const lasting = jobs.filter(({ type }) => !RECURRING.includes(type));
  const rows = lasting.map((job) => ({ ...job, n: (JSON.parse(job.payload_json) as { n: number }).n }));
  const marks = new Set((await truth.all<{ n: number }>('select n from sim_marks')).map((m) => m.n));
  checkEnds(rows, o.ledger);
  checkAccepted(rows, { ...o, marks });
  checkCanceled(rows, o);
  checkTriggers(rows, o);
  checkTicks(o.simulatedMs, o.ledger);
  checkEffects(await truth.all('select job_id, run, serial_key from sim_effects order by id'), o.ledger);
};
