import type { Db } from '#db/db.ts';
import type { TrialRun } from '#test/torture/trial.ts';
import { judgeSecrets, judgeSends, type Left, passedOver, type Shown } from './outside-checker.ts';
import type { Ledger } from './world.ts';

/** What the end state is judged by. */
export interface Judged {
  db: Db;
  /** Ids of jobs whose enqueue was acknowledged, and that nobody discarded. */
  accepted?: readonly string[];
  /** What the world says of its effects. */
  ledger?: Ledger;
  /** Types of jobs that may end as failed; default: none. */
  mayFail?: readonly string[];
  nowMs?: number;
  /** Every mail that left, as whoever took it knows. */
  left?: readonly Left[];
  /** Every message that Gmail shows now. */
  shown?: readonly Shown[];
  /** What must stand nowhere in the database. */
  secrets?: readonly string[];
}

interface Sample {
  what: string;
}

/** Rows that must not be there, and what it means when they are. Each selects one text, `what`. */
const NEVER: readonly (readonly [promise: string, sql: string])[] = [
  ['no job runs', "select id || ' ' || type as what from jobs where state = 'running'"],
  [
    'a job that ended holds no claim',
    "select id || ' ' || state as what from jobs where state <> 'running' and state <> 'canceled' and claim_token is not null",
  ],
  [
    'a failed job says why',
    "select id || ' ' || type as what from jobs where state = 'failed' and (last_error is null or failure_kind is null)",
  ],
  [
    'a job has no more attempts than it may',
    "select id || ' ' || attempts as what from jobs where attempts > max_attempts or attempts < 0",
  ],
  [
    'an idempotency key stands once',
    'select idempotency_key as what from jobs where idempotency_key is not null group by 1 having count(*) > 1',
  ],
  [
    'a singleton key waits once',
    "select singleton_key as what from jobs where singleton_key is not null and state = 'queued' group by 1 having count(*) > 1",
  ],
  [
    'a completed job has no step that is open without an error',
    `select s.job_id || ' ' || s.name as what from job_steps s join jobs j on j.id = s.job_id
      where j.state = 'completed' and s.finished_at is null and s.error is null`,
  ],
  [
    'no action is under way',
    `select id || ' ' || action_type || ' ' || status as what from actions where status in ('queued', 'executing')
      and not exists (select 1 from outbox o where o.action_id = actions.id and o.state = 'uncertain')`,
  ],
  [
    'an action that was done says how to undo it',
    "select id || ' ' || action_type as what from actions where status = 'completed' and (before_json is null or undo_hint_json is null)",
  ],
  [
    'an action has one undo at most',
    `select effect_action_id as what from action_links l join actions a on a.id = l.cause_action_id
      where l.relation_type = 'undo_of' and a.status <> 'failed' group by 1 having count(*) > 1`,
  ],
  [
    'an approval that waits has an action that waits',
    `select p.id as what from approvals p join actions a on a.id = p.action_id
      where p.state = 'waiting' and a.status <> 'approved_pending'`,
  ],
  [
    'a message that was taken in is in the ledger',
    'select id as what from messages m where not exists (select 1 from message_ledger l where l.message_id = m.id)',
  ],
  [
    'what we know of a message is what its mailbox says',
    `select m.id || ' ' || m.labels_json || m.flags_json || ' is ' || l.labels_json || l.flags_json as what
      from messages m join local_messages l on l.id = m.provider_message_id and l.account_id = m.account_id
      where m.gone_at is null and (m.labels_json <> l.labels_json or m.flags_json <> l.flags_json)`,
  ],
  [
    'a cursor has passed no message that is not in the ledger',
    `select l.id as what from local_messages l join accounts a on a.id = l.account_id and a.provider = 'local'
      where l.deleted = 0 and l.modseq <= case when a.provider = 'local' then cast(a.sync_cursor as bigint) end
        and not exists (select 1 from message_ledger g where g.account_id = a.id and g.provider_message_id = l.id)`,
  ],
  [
    'no mail is on its way',
    "select op_id || ' ' || state as what from outbox where state in ('prepared', 'staged', 'sending')",
  ],
  [
    'a mail and its action end alike',
    `select o.op_id || ' is ' || o.state || ', ' || a.status as what from outbox o join actions a on a.id = o.action_id
      where (o.state = 'sent') <> (a.status = 'completed')`,
  ],
  [
    'of a mail that is over nothing is kept that could be sent',
    "select op_id as what from outbox where state in ('sent', 'cancelled') and length(raw) > 0",
  ],
  [
    'an automatic answer that counts was written',
    `select r.address as what from auto_replies r
      where not exists (select 1 from outbox o where o.action_id = r.action_id and o.automatic = 1)`,
  ],
  [
    'an automatic answer that left counts',
    `select o.op_id as what from outbox o join actions a on a.id = o.action_id
      where o.state = 'sent' and a.action_type = 'auto_reply' and not exists (
        select 1 from auto_replies r where r.account_id = o.account_id and r.rule_id = a.rule_id
          and lower(o.recipients_json) like '%' || r.address || '%')`,
  ],
];

const sample = (rows: readonly Sample[]): string =>
  `${rows.length} of them, such as ${rows
    .slice(0, 3)
    .map((r) => r.what)
    .join('; ')}`;

const never = async (t: TrialRun, db: Db): Promise<void> => {
  for (const [promise, sql] of NEVER) {
    const rows = await db.all<Sample>(sql);
    t.check(promise, rows.length === 0, rows.length === 0 ? '' : sample(rows));
  }
};

const ended = async (t: TrialRun, j: Judged): Promise<void> => {
  const now = new Date(j.nowMs ?? Date.now()).toISOString();
  const due = await j.db.all<Sample>(
    "select id || ' ' || type || ' ' || coalesce(last_error, '') as what from jobs where state = 'queued' and not_before <= $1",
    [now],
  );
  t.check('no job is due and waits', due.length === 0, due.length === 0 ? '' : sample(due));
  const allowed = new Set(j.mayFail ?? []);
  const failed = await j.db.all<Sample & { type: string }>(
    "select type, id || ' ' || type || ' ' || coalesce(last_error, '') as what from jobs where state = 'failed'",
  );
  const lost = failed.filter((one) => !allowed.has(one.type));
  t.check('no job failed that should have worked', lost.length === 0, lost.length === 0 ? '' : sample(lost));
};

const CHUNK = 5_000;

const accepted = async (t: TrialRun, j: Judged): Promise<void> => {
  const ids = j.accepted ?? [];
  const list =
    j.db.engine === 'postgres'
      ? 'select json_array_elements_text($1::json) as id'
      : 'select value as id from json_each($1)';
  let missing = 0;
  for (let i = 0; i < ids.length; i += CHUNK) {
    const part = ids.slice(i, i + CHUNK);
    const rows = await j.db.all(`select a.id from (${list}) a join jobs j on j.id = a.id`, [
      JSON.stringify(part),
    ]);
    missing += part.length - rows.length;
  }
  t.check('every accepted job is there', missing === 0, `${missing} of ${ids.length} are not`);
};

const twice = (ops: readonly string[]): string[] => {
  const seen = new Set<string>();
  return ops.filter((op) => seen.size === seen.add(op).size);
};

const effects = (t: TrialRun, ledger: Ledger): void => {
  for (const kind of ['send', 'notify']) {
    const again = twice(ledger.effects.filter((e) => e.kind === kind).map((e) => `${e.kind} ${e.target}`));
    t.check(
      `no ${kind} happened twice`,
      again.length === 0,
      `${again.length}: ${again.slice(0, 3).join('; ')}`,
    );
  }
  t.check('no serial key ran twice at once', ledger.overlaps.length === 0, ledger.overlaps[0] ?? '');
};

/** Everything that must hold once all is quiet, whatever happened before. */
export const judge = async (t: TrialRun, j: Judged): Promise<void> => {
  await ended(t, j);
  await never(t, j.db);
  if (j.accepted) await accepted(t, j);
  if (j.ledger) effects(t, j.ledger);
  if (j.left) await judgeSends(t, j.db, j.left);
  if (j.shown) {
    const passed = await passedOver(j.db, j.shown);
    t.check(
      'the cursor has passed nothing that is shown',
      passed.length === 0,
      passed.slice(0, 3).join('; '),
    );
  }
  if (j.secrets) await judgeSecrets(t, j.db, j.secrets);
};
