import type { Dialect } from './dialect.ts';

/**
 * What several processes that serve one account have in common: who does what, what was used, who signs in, and which key
 * its credentials are encrypted with.
 */
export const accountSharing = (d: Dialect): string[] => [
  `create table credential_key (
    one integer primary key check (one = 1),
    key_id text not null,
    since text not null
  )`,
  `create table account_leases (
    account_id text not null references accounts (id) on delete cascade,
    purpose text not null,
    holder text not null,
    expires_at ${d.bigint} not null,
    primary key (account_id, purpose)
  )`,
  `create table gmail_quota (
    account_id text primary key references accounts (id) on delete cascade,
    spent_until ${d.bigint} not null default 0,
    slow_until ${d.bigint} not null default 0,
    blocked_until ${d.bigint} not null default 0,
    project_until ${d.bigint} not null default 0,
    sends_until ${d.bigint} not null default 0,
    send_rest_ms ${d.bigint} not null default 0,
    minute ${d.bigint} not null default 0,
    minute_units ${d.bigint} not null default 0,
    last_minute_units ${d.bigint} not null default 0,
    day text not null default '',
    day_units ${d.bigint} not null default 0
  )`,
  `create table oauth_sign_ins (
    state_hash text primary key,
    user_id text not null references users (id) on delete cascade,
    account_id text references accounts (id) on delete cascade,
    provider text not null,
    key_id text not null,
    nonce ${d.blob} not null,
    verifier ${d.blob} not null,
    redirect_uri text not null,
    scopes text not null,
    created_at text not null,
    expires_at text not null
  )`,
];
