import { SESSION_KINDS } from '#db/enums.ts';
import { type Dialect, oneOf } from './dialect.ts';

export const peopleTables = (d: Dialect): string[] => [
  `create table users (
    id text primary key,
    email text not null,
    display_name text not null,
    time_zone text not null,
    locale text not null,
    preferences_json text not null default '{}',
    password_hash text,
    created_at text not null,
    updated_at text not null
  )`,
  'create unique index users_email on users (email)',
  `create table sessions (
    id text primary key,
    user_id text not null references users (id) on delete cascade,
    kind text not null ${oneOf('kind', SESSION_KINDS)},
    token_hash text not null unique,
    created_at text not null,
    expires_at text not null,
    used_at text,
    revoked_at text,
    user_agent text
  )`,
  'create index sessions_user on sessions (user_id)',
  `create table api_tokens (
    id text primary key,
    user_id text not null references users (id) on delete cascade,
    name text not null,
    token_hash text not null unique,
    scopes_json text not null default '[]',
    created_at text not null,
    last_used_at text,
    expires_at text,
    revoked_at text
  )`,
  'create index api_tokens_user on api_tokens (user_id)',
  `create table audit_log (
    seq ${d.serial},
    id text not null unique,
    user_id text not null references users (id) on delete cascade,
    at text not null,
    actor text not null,
    channel text not null,
    action text not null,
    subject_type text not null,
    subject_id text not null,
    details_json text not null default '{}',
    trace_id text
  )`,
  'create index audit_log_user on audit_log (user_id, seq)',
  'create index audit_log_subject on audit_log (subject_type, subject_id)',
];
