import { type Dialect, oneOf } from './dialect.ts';

export const tellingTables = (d: Dialect): string[] => [
  `create table digests (
    id text primary key,
    user_id text not null references users (id) on delete cascade,
    schedule_id text,
    window_from text not null,
    window_to text not null,
    state text not null ${oneOf('state', ['composed', 'delivered', 'failed'])},
    content_json text not null,
    occasion text not null,
    created_at text not null,
    unique (user_id, occasion)
  )`,
  'create index digests_newest on digests (user_id, window_to)',
  `create table digest_items (
    digest_id text not null references digests (id) on delete cascade,
    position integer not null,
    user_id text not null references users (id) on delete cascade,
    section text not null,
    message_id text,
    thread_id text,
    item_json text not null,
    primary key (digest_id, position)
  )`,
  `create table summaries (
    content_hash text not null,
    tier text not null,
    user_id text not null references users (id) on delete cascade,
    message_id text,
    summary_json text not null,
    created_at text not null,
    primary key (user_id, content_hash, tier)
  )`,
  'create index summaries_message on summaries (message_id) where message_id is not null',
  `create table discord_whitelist (
    user_id text not null references users (id) on delete cascade,
    discord_user_id text not null,
    added_at text not null,
    primary key (user_id, discord_user_id)
  )`,
  `create table telegram_chats (
    chat_id ${d.bigint} primary key,
    user_id text not null references users (id) on delete cascade,
    telegram_user_id ${d.bigint} not null,
    settings_json text not null default '{}',
    linked_at text not null
  )`,
  'create index telegram_chats_user on telegram_chats (user_id)',
  `create table channel_messages (
    id text primary key,
    user_id text not null references users (id) on delete cascade,
    channel text not null,
    subject_type text not null,
    subject_id text not null,
    remote_id text not null,
    remote_json text not null default '{}',
    posted_at text not null,
    unique (channel, subject_type, subject_id, remote_id)
  )`,
  'create index channel_messages_subject on channel_messages (subject_type, subject_id)',
];
