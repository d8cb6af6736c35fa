import { AUDIT_DETAILS_CHARS, PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX } from '#config/limits.ts';
import type { Sql, Tx } from '#db/db.ts';
import type { AuditRow } from '#db/people-tables.ts';
import type { Clock } from '#std/clock.ts';
import { AppError } from '#std/errors.ts';
import type { NewId } from '#std/ids.ts';
import type { Instant } from '#std/time.ts';
import { currentTraceId } from '#telemetry/trace.ts';

/** One thing that was done: who did what to which thing, and from where. Never mail content, never secrets. */
export interface NewActivity {
  userId: string;
  /** Who: `user:<id>`, `rule:<id>`, `model`, `system`, `discord:<id>` … */
  actor: string;
  /** From where: `web`, `cli`, `api`, `discord`, `telegram`, `email` or `system`. */
  channel: string;
  /** What, dotted: `action.undo`, `rule.update`, `session.sign-in`. */
  action: string;
  subjectType: string;
  subjectId: string;
  details?: Readonly<Record<string, unknown>>;
  /** Of the trace that is open, when left out. */
  traceId?: string | undefined;
}

export interface Activity extends Required<Omit<NewActivity, 'traceId'>> {
  id: string;
  at: Instant;
  traceId: string | null;
}

interface Ports {
  clock: Clock;
  newId: NewId;
}

/** Details that are too long are left out rather than cut in the middle. */
const detailsJson = (details: NewActivity['details']): string => {
  const json = JSON.stringify(details ?? {});
  return json.length <= AUDIT_DETAILS_CHARS ? json : JSON.stringify({ leftOut: `${json.length} characters` });
};

/** Appends one entry, in the transaction of what it tells of. Entries are never changed. */
export const recordActivity = async (ports: Ports, tx: Tx, entry: NewActivity): Promise<void> => {
  await tx.query
    .insertInto('audit_log')
    .values({
      id: ports.newId(),
      user_id: entry.userId,
      at: ports.clock.now(),
      actor: entry.actor,
      channel: entry.channel,
      action: entry.action,
      subject_type: entry.subjectType,
      subject_id: entry.subjectId,
      details_json: detailsJson(entry.details),
      trace_id: entry.traceId ?? currentTraceId() ?? null,
    })
    .execute();
};

const fromRow = (row: Omit<AuditRow, 'seq'>): Activity => ({
  id: row.id,
  userId: row.user_id,
  at: row.at as Instant,
  actor: row.actor,
  channel: row.channel,
  action: row.action,
  subjectType: row.subject_type,
  subjectId: row.subject_id,
  details: JSON.parse(row.details_json) as Record<string, unknown>,
  traceId: row.trace_id,
});

export interface ActivityQuery {
  /** One thing's history only. */
  subject?: { type: string; id: string } | undefined;
  /** `next` of the page before. */
  cursor?: string | undefined;
  /** From 1 to PAGE_ROWS_MAX. */
  limit?: number | undefined;
}

const afterCursor = (cursor: string): number => {
  const seq = /^\d{1,15}$/.test(cursor) ? Number(cursor) : 0;
  if (seq > 0) return seq;
  throw new AppError('input', 'activity.bad-cursor', 'The cursor is not one that this list gave out', {
    help: 'Start again from the first page.',
  });
};

/** One user's entries, newest first. `next` is null on the last page. Throws `activity.bad-cursor`. */
export const listActivity = async (
  sql: Sql,
  userId: string,
  { subject, cursor, limit = PAGE_ROWS_DEFAULT }: ActivityQuery = {},
): Promise<{ items: Activity[]; next: string | null }> => {
  const rows = Math.min(Math.max(Math.trunc(limit), 1), PAGE_ROWS_MAX);
  let query = sql.query.selectFrom('audit_log').selectAll().where('user_id', '=', userId);
  if (subject) query = query.where('subject_type', '=', subject.type).where('subject_id', '=', subject.id);
  if (cursor !== undefined) query = query.where('seq', '<', afterCursor(cursor));
  const found = await query
    .orderBy('seq', 'desc')
    .limit(rows + 1)
    .execute();
  const page = found.slice(0, rows);
  const last = page.at(-1);
  return { items: page.map(fromRow), next: found.length > rows && last ? String(last.seq) : null };
};
