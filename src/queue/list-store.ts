import { JOB_COUNT_ROWS, JOB_LIST_SCAN_ROWS } from '#config/limits.ts';
import type { Sql, SqlValue } from '#db/db.ts';
import type { JobsTable } from '#db/queue-tables.ts';
import { type FailureKind, type Job, type JobState, jobFromRow } from './job.ts';

/** Which jobs to list; newest first. */
export interface JobFilter {
  state?: JobState;
  failureKind?: FailureKind;
  type?: string;
  userId?: string;
  parentJobId?: string;
  /** The last id of the page before. */
  before?: string;
  limit: number;
}

/** One page of a list. */
export interface JobPage {
  jobs: Job[];
  /** Hand it in as `before` to go on; null at the end. A page may be short, or empty, and not be the last one. */
  next: string | null;
}

const CONDITIONS: readonly [keyof JobFilter, string][] = [
  ['state', 'state ='],
  ['failureKind', 'failure_kind ='],
  ['type', 'type ='],
  ['userId', 'user_id ='],
  ['parentJobId', 'parent_job_id ='],
  ['before', 'id <'],
];

const whole = (place: number): string => `cast($${place} as integer)`;

/** The partial index of a state counts only for statements that name the state itself. */
const IN_STATE: Partial<Record<JobState, string>> = {
  queued: `select id from jobs where state = 'queued' and not_before <= updated_at
    union all select id from jobs where state = 'queued' and not_before > updated_at`,
  running: `select id from jobs where state = 'running'`,
  failed: `select id from jobs where state = 'failed'`,
  canceled: `select id from jobs where state = 'canceled'`,
};

const isFew = async (sql: Sql, ids: string): Promise<boolean> => {
  const [row] = await sql.all<{ n: number }>(
    `select count(*) as n from (select 1 as one from (${ids}) as a limit ${whole(1)}) as few`,
    [JOB_COUNT_ROWS + 1],
  );
  return Number(row?.n ?? 0) <= JOB_COUNT_ROWS;
};

const select = async (
  sql: Sql,
  filter: JobFilter,
  more: { where: string; params: SqlValue[] },
): Promise<Job[]> => {
  const params = [...more.params];
  const where = more.where === '' ? [] : [more.where];
  for (const [key, condition] of CONDITIONS) {
    const value = filter[key];
    if (value === undefined) continue;
    params.push(value);
    where.push(`${condition} $${params.length}`);
  }
  params.push(filter.limit);
  const rows = await sql.all<JobsTable>(
    `select * from jobs ${where.length > 0 ? `where ${where.join(' and ')}` : ''}
     order by id desc limit ${whole(params.length)}`,
    params,
  );
  return rows.map(jobFromRow);
};

const pageOf = (jobs: Job[], limit: number): JobPage => ({
  jobs,
  next: jobs.length < limit ? null : (jobs.at(-1)?.id ?? null),
});

const BOUND = `select id from jobs where id < $1 order by id desc limit 1 offset ${whole(2)}`;
const AFTER_ALL = 'g';

/** Whether each job fits, or nearly: then a page is read in the order of ids and nothing is passed over. */
const isWide = ({ state, failureKind, type, userId, parentJobId }: JobFilter): boolean =>
  [state, failureKind, type, userId, parentJobId].every((part) => part === undefined);

/**
 * Jobs of a state that few are in are found through its index. Else jobs are looked through from the newest on, a bounded
 * number at a time and `scan` at most, so that what is rare among millions of finished jobs holds nobody up.
 */
export const pageOfJobs = async (sql: Sql, filter: JobFilter, scan: number): Promise<JobPage> => {
  const ids = filter.state && IN_STATE[filter.state];
  if (ids !== undefined && (await isFew(sql, ids))) {
    return pageOf(await select(sql, filter, { where: `id in (${ids})`, params: [] }), filter.limit);
  }
  if (isWide(filter)) return pageOf(await select(sql, filter, { where: '', params: [] }), filter.limit);
  const jobs: Job[] = [];
  let before = filter.before ?? AFTER_ALL;
  for (let looked = 0; looked < scan; looked += JOB_LIST_SCAN_ROWS) {
    const [bound] = await sql.all<{ id: string }>(BOUND, [before, JOB_LIST_SCAN_ROWS - 1]);
    const limit = filter.limit - jobs.length;
    const part = { where: bound ? 'id >= $1' : '', params: bound ? [bound.id] : [] };
    const found = await select(sql, { ...filter, before, limit }, part);
    jobs.push(...found);
    const last = jobs.at(-1);
    if (last && jobs.length === filter.limit) return { jobs, next: last.id };
    if (!bound) return { jobs, next: null };
    before = bound.id;
  }
  return { jobs, next: before };
};

/** All that fit, up to the limit, however far one has to look. */
export const listJobs = async (sql: Sql, filter: JobFilter): Promise<Job[]> =>
  (await pageOfJobs(sql, filter, Number.POSITIVE_INFINITY)).jobs;
