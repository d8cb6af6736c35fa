import { RULE_SCOPES, SAFE_MODES } from '#db/enums.ts';
import { type Dialect, oneOf } from './dialect.ts';

export const rulesTables = (d: Dialect): string[] => [
  `create table rule_sets (
    user_id text primary key references users (id) on delete cascade,
    version ${d.bigint} not null
  )`,
  `create table deterministic_rules (
    id text primary key,
    user_id text not null references users (id) on delete cascade,
    name text not null,
    scope text not null ${oneOf('scope', RULE_SCOPES)},
    scope_ref text,
    priority integer not null,
    enabled integer not null check (enabled in (0, 1)),
    disabled_reason text,
    conditions_json text not null,
    actions_json text not null,
    continue_matching integer not null check (continue_matching in (0, 1)),
    safe_mode text not null ${oneOf('safe_mode', SAFE_MODES)},
    shadow integer not null default 0 check (shadow in (0, 1)),
    hits ${d.bigint} not null default 0,
    last_hit_at text,
    created_at text not null,
    updated_at text not null
  )`,
  'create index deterministic_rules_order on deterministic_rules (user_id, priority, id)',
  `create table llm_rules (
    id text primary key,
    user_id text not null references users (id) on delete cascade,
    name text not null,
    text text not null,
    scope text not null ${oneOf('scope', RULE_SCOPES)},
    scope_ref text,
    priority integer not null,
    enabled integer not null check (enabled in (0, 1)),
    disabled_reason text,
    mode text not null ${oneOf('mode', ['shadow', 'act'])},
    hits ${d.bigint} not null default 0,
    last_hit_at text,
    created_at text not null,
    updated_at text not null
  )`,
  'create index llm_rules_order on llm_rules (user_id, priority, id)',
  `create table directions (
    id text primary key,
    user_id text not null references users (id) on delete cascade,
    position integer not null,
    text text not null,
    blocked_actions_json text not null default '[]',
    enabled integer not null check (enabled in (0, 1)),
    created_at text not null,
    updated_at text not null
  )`,
  'create index directions_order on directions (user_id, position, id)',
  `create table rules_chat_sessions (
    id text primary key,
    user_id text not null references users (id) on delete cascade,
    title text not null,
    state text not null ${oneOf('state', ['open', 'applied', 'discarded'])},
    created_at text not null,
    updated_at text not null
  )`,
  'create index rules_chat_sessions_user on rules_chat_sessions (user_id, updated_at)',
  `create table rules_chat_messages (
    id text primary key,
    user_id text not null references users (id) on delete cascade,
    session_id text not null references rules_chat_sessions (id) on delete cascade,
    role text not null ${oneOf('role', ['user', 'assistant'])},
    content text not null,
    proposals_json text not null default '[]',
    created_at text not null
  )`,
  'create index rules_chat_messages_session on rules_chat_messages (session_id, id)',
];
