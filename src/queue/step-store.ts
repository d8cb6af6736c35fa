import type { Sql } from '#db/db.ts';
import type { JobStepsTable } from '#db/queue-tables.ts';
import type { Held } from './lease-store.ts';

const STEPS = 'select * from job_steps where job_id = $1 order by started_at, name';

export const stepsOf = (sql: Sql, jobId: string): Promise<JobStepsTable[]> => sql.all(STEPS, [jobId]);

const OF_HELD = `select s.* from jobs j left join job_steps s on s.job_id = j.id and s.name = $3
  where j.id = $1 and j.claim_token = $2 and j.state = 'running'`;

/** One step of a job that is claimed, as far as the claim still holds; nothing was recorded of a step that is undefined. */
export const stepOfHeld = async (
  sql: Sql,
  { id, token }: Held,
  name: string,
): Promise<{ held: boolean; step: JobStepsTable | undefined }> => {
  const [row] = await sql.all<JobStepsTable | Record<keyof JobStepsTable, null>>(OF_HELD, [id, token, name]);
  return { held: row !== undefined, step: row && row.job_id !== null ? row : undefined };
};

const RECORD = `insert into job_steps (job_id, name, attempt, started_at, finished_at, result_json, error)
  values ($1, $2, $3, $4, $5, $6, $7)
  on conflict (job_id, name) do update set attempt = excluded.attempt, started_at = excluded.started_at,
    finished_at = excluded.finished_at, result_json = excluded.result_json, error = excluded.error
  where job_steps.finished_at is null`;

/** Records a step. One that has finished is never changed again. */
export const recordStep = async (sql: Sql, s: JobStepsTable): Promise<void> => {
  await sql.run(RECORD, [s.job_id, s.name, s.attempt, s.started_at, s.finished_at, s.result_json, s.error]);
};
