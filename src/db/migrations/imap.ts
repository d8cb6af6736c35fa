import type { Dialect } from './dialect.ts';

/** A mirror of each IMAP mailbox, so that a message keeps its id when it moves between folders. */
export const imapTables = (d: Dialect): string[] => [
  `create table imap_mailboxes (
    account_id text primary key references accounts (id) on delete cascade,
    next_modseq ${d.bigint} not null,
    oldest_modseq ${d.bigint} not null,
    state_json text not null default '{}'
  )`,
  `create table imap_folders (
    account_id text not null references accounts (id) on delete cascade,
    id text not null,
    path text not null,
    role text,
    uid_validity text,
    uid_next ${d.bigint},
    highest_modseq text,
    state_json text not null default '{}',
    primary key (account_id, id)
  )`,
  `create table imap_messages (
    account_id text not null references accounts (id) on delete cascade,
    id text not null,
    modseq ${d.bigint} not null,
    added_modseq ${d.bigint} not null,
    folder_id text not null,
    uid ${d.bigint},
    match_key text not null,
    rfc822_message_id text,
    internal_date text not null,
    size_bytes integer not null,
    labels_json text not null,
    kept_labels_json text not null default '[]',
    flags_json text not null,
    deleted integer not null default 0 check (deleted in (0, 1)),
    primary key (account_id, id)
  )`,
  'create unique index imap_messages_modseq on imap_messages (account_id, modseq)',
  'create unique index imap_messages_uid on imap_messages (account_id, folder_id, uid) where uid is not null and deleted = 0',
  'create index imap_messages_date on imap_messages (account_id, internal_date, added_modseq)',
  'create index imap_messages_adrift on imap_messages (account_id) where uid is null and deleted = 0',
  'create index imap_messages_match on imap_messages (account_id, match_key)',
  'create index imap_messages_message_id on imap_messages (account_id, rfc822_message_id)',
];
