import { OUTBOX_STATES } from '#db/enums.ts';
import { type Dialect, oneOf } from './dialect.ts';

/** Mail on its way out, and the record that keeps automatic answers from repeating themselves. */
export const outboxTables = (d: Dialect): string[] => [
  `create table outbox (
    id text primary key,
    user_id text not null references users (id) on delete cascade,
    account_id text not null references accounts (id) on delete cascade,
    action_id text not null unique references actions (id) on delete cascade,
    op_id text not null unique,
    state text not null ${oneOf('state', OUTBOX_STATES)},
    automatic integer not null check (automatic in (0, 1)),
    rfc822_message_id text not null,
    sender text not null,
    recipients_json text not null,
    thread_key text,
    raw ${d.blob} not null,
    raw_hash text not null,
    staged_id text,
    sent_id text,
    tries integer not null default 0,
    looks integer not null default 0,
    reason text,
    created_at text not null,
    updated_at text not null
  )`,
  'create index outbox_day on outbox (account_id, created_at)',
  "create index outbox_open on outbox (user_id, state) where state not in ('sent', 'cancelled')",
  `create table auto_replies (
    account_id text not null references accounts (id) on delete cascade,
    address text not null,
    rule_id text not null,
    domain text not null,
    user_id text not null references users (id) on delete cascade,
    action_id text not null,
    answered_at text not null,
    primary key (account_id, address, rule_id)
  )`,
  'create index auto_replies_day on auto_replies (account_id, answered_at)',
  `create table send_pauses (
    account_id text primary key references accounts (id) on delete cascade,
    strikes integer not null,
    until text not null
  )`,
  `create table account_epochs (
    account_id text primary key references accounts (id) on delete cascade,
    restored_at text not null,
    reconciled integer not null check (reconciled in (0, 1))
  )`,
];
