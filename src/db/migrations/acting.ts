import {
  ACTION_MOVES,
  ACTION_STATUSES,
  APPROVAL_STATES,
  DECISION_SOURCES,
  LINK_RELATIONS,
} from '#db/enums.ts';
import { type Dialect, oneOf } from './dialect.ts';

export const actingTables = (d: Dialect): string[] => [
  `create table decisions (
    id text primary key,
    user_id text not null references users (id) on delete cascade,
    account_id text not null references accounts (id) on delete cascade,
    message_id text not null references messages (id) on delete cascade,
    occasion text not null,
    source text not null ${oneOf('source', DECISION_SOURCES)},
    decision_json text not null,
    confidence real not null check (confidence between 0 and 1),
    needs_approval integer not null check (needs_approval in (0, 1)),
    rationale text not null,
    telemetry_json text not null default '{}',
    trace_id text,
    created_at text not null,
    unique (message_id, occasion)
  )`,
  'create index decisions_user on decisions (user_id, id)',
  `create table actions (
    id text primary key,
    user_id text not null references users (id) on delete cascade,
    account_id text not null references accounts (id) on delete cascade,
    message_id text not null references messages (id) on delete cascade,
    decision_id text references decisions (id) on delete set null,
    rule_id text,
    source text not null ${oneOf('source', DECISION_SOURCES)},
    action_type text not null,
    parameters_json text not null,
    identity text not null,
    status text not null ${oneOf('status', ACTION_STATUSES)},
    confidence real not null check (confidence between 0 and 1),
    reasons_json text not null default '[]',
    review_json text not null,
    reviewed_at text not null,
    approved_hash text,
    error_message text,
    before_json text,
    undo_hint_json text,
    trace_id text,
    created_at text not null,
    updated_at text not null,
    executed_at text
  )`,
  'create index actions_newest on actions (user_id, id)',
  'create index actions_status on actions (user_id, status, id)',
  'create index actions_message on actions (message_id)',
  'create index actions_rule on actions (rule_id, id) where rule_id is not null',
  'create unique index actions_one_live on actions (message_id, identity)' +
    " where status in ('queued', 'executing', 'approved_pending')",
  ...actionMoves(d),
  `create table action_links (
    cause_action_id text not null references actions (id) on delete cascade,
    effect_action_id text not null references actions (id) on delete cascade,
    relation_type text not null ${oneOf('relation_type', LINK_RELATIONS)},
    user_id text not null references users (id) on delete cascade,
    created_at text not null,
    primary key (cause_action_id, effect_action_id, relation_type)
  )`,
  "create unique index action_links_one_undo on action_links (effect_action_id) where relation_type = 'undo_of'",
  'create index action_links_effect on action_links (effect_action_id)',
  `create table notes (
    id text primary key,
    user_id text not null references users (id) on delete cascade,
    message_id text not null references messages (id) on delete cascade,
    action_id text not null unique references actions (id) on delete cascade,
    text text not null,
    created_at text not null
  )`,
  'create index notes_message on notes (message_id)',
  `create table approvals (
    id text primary key,
    user_id text not null references users (id) on delete cascade,
    action_id text not null references actions (id) on delete cascade,
    state text not null ${oneOf('state', APPROVAL_STATES)},
    action_hash text not null,
    button_hash text not null unique,
    reasons_json text not null default '[]',
    created_at text not null,
    expires_at text not null,
    decided_at text,
    decided_by text,
    decided_via text
  )`,
  "create unique index approvals_one_waiting on approvals (action_id) where state = 'waiting'",
  'create index approvals_newest on approvals (user_id, state, id)',
  "create index approvals_expiry on approvals (expires_at) where state = 'waiting'",
  `create table llm_calls (
    id text primary key,
    user_id text not null references users (id) on delete cascade,
    message_id text,
    purpose text not null,
    provider text not null,
    model text not null,
    prompt_hash text not null,
    prompt_bytes integer not null,
    input_tokens integer not null,
    output_tokens integer not null,
    cost_micros ${d.bigint} not null,
    latency_ms integer not null,
    outcome text not null,
    response_json text,
    trace_id text,
    created_at text not null
  )`,
  'create index llm_calls_user on llm_calls (user_id, created_at)',
  'create index llm_calls_prompt on llm_calls (prompt_hash, model)',
];

/** The database itself refuses a move that ACTION_MOVES does not list. */
const actionMoves = (d: Dialect): string[] => {
  const allowed = Object.entries(ACTION_MOVES)
    .filter(([, to]) => to.length > 0)
    .map(([from, to]) => `(old.status = '${from}' and new.status in (${to.map((s) => `'${s}'`).join(', ')}))`)
    .join('\n      or ');
  if (d.engine === 'sqlite') {
    return [
      `create trigger actions_moves before update of status on actions
    when old.status <> new.status and not (
      ${allowed}
    )
    begin select raise(abort, 'action status cannot move so'); end`,
    ];
  }
  return [
    `create function actions_check_move() returns trigger language plpgsql as $$
    begin
      if old.status <> new.status and not (
      ${allowed}
      ) then raise exception 'action status cannot move so' using errcode = 'check_violation'; end if;
      return new;
    end $$`,
    'create trigger actions_moves before update of status on actions for each row execute function actions_check_move()',
  ];
};
