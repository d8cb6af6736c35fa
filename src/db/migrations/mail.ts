import { ACCOUNT_STATUSES, LEDGER_STATES } from '#db/enums.ts';
import { type Dialect, oneOf } from './dialect.ts';

export const mailTables = (d: Dialect): string[] => [
  `create table accounts (
    id text primary key,
    user_id text not null references users (id) on delete cascade,
    provider text not null,
    email text not null,
    display_name text not null,
    status text not null ${oneOf('status', ACCOUNT_STATUSES)},
    status_reason text,
    config_json text not null default '{}',
    state_json text not null default '{}',
    sync_cursor text,
    created_at text not null,
    updated_at text not null
  )`,
  'create unique index accounts_mailbox on accounts (user_id, provider, email)',
  `create table credentials (
    account_id text not null references accounts (id) on delete cascade,
    field text not null,
    user_id text not null references users (id) on delete cascade,
    key_id text not null,
    nonce ${d.blob} not null,
    ciphertext ${d.blob} not null,
    updated_at text not null,
    primary key (account_id, field)
  )`,
  `create table labels (
    id text primary key,
    user_id text not null references users (id) on delete cascade,
    account_id text not null references accounts (id) on delete cascade,
    provider_label_id text not null,
    name text not null,
    label_type text not null ${oneOf('label_type', ['system', 'user'])},
    role text,
    description text,
    available_to_classifier integer not null default 1 check (available_to_classifier in (0, 1)),
    visible integer not null default 1 check (visible in (0, 1)),
    background_color text,
    text_color text,
    deleted_at text,
    created_at text not null,
    updated_at text not null,
    unique (account_id, provider_label_id)
  )`,
  'create index labels_user on labels (user_id)',
  `create table threads (
    id text primary key,
    user_id text not null references users (id) on delete cascade,
    account_id text not null references accounts (id) on delete cascade,
    provider_thread_key text,
    subject text not null,
    first_message_at text not null,
    last_message_at text not null,
    message_count integer not null
  )`,
  'create index threads_newest on threads (user_id, last_message_at, id)',
  'create unique index threads_provider_key on threads (account_id, provider_thread_key) where provider_thread_key is not null',
  `create table messages (
    seq ${d.serial},
    id text not null unique,
    user_id text not null references users (id) on delete cascade,
    account_id text not null references accounts (id) on delete cascade,
    thread_id text not null references threads (id) on delete cascade,
    provider_message_id text not null,
    rfc822_message_id text,
    from_address text not null,
    from_name text not null,
    from_json text not null,
    reply_to_json text not null,
    to_json text not null,
    cc_json text not null,
    bcc_json text not null,
    subject text not null,
    snippet text not null,
    received_at text not null,
    internal_date text not null,
    sent_at text,
    labels_json text not null,
    flags_json text not null,
    headers_json text not null,
    size_bytes ${d.bigint} not null,
    has_attachments integer not null check (has_attachments in (0, 1)),
    has_calendar integer not null check (has_calendar in (0, 1)),
    in_reply_to text,
    references_json text not null,
    notes_json text not null default '[]',
    gone_at text,
    created_at text not null,
    unique (account_id, provider_message_id)
  )`,
  'create index messages_newest on messages (user_id, received_at, id)',
  'create index messages_thread on messages (thread_id, received_at)',
  'create index messages_rfc822 on messages (account_id, rfc822_message_id) where rfc822_message_id is not null',
  'create index messages_sender on messages (user_id, from_address, received_at)',
  `create table message_contents (
    message_id text primary key references messages (id) on delete cascade,
    user_id text not null references users (id) on delete cascade,
    body_plain text not null,
    body_new text,
    body_html text,
    raw ${d.blob}
  )`,
  `create table message_labels (
    account_id text not null,
    provider_label_id text not null,
    received_at text not null,
    message_id text not null references messages (id) on delete cascade,
    thread_id text not null,
    user_id text not null,
    primary key (account_id, provider_label_id, received_at, message_id)
  )${d.engine === 'sqlite' ? ' without rowid' : ''}`,
  'create index message_labels_message on message_labels (message_id)',
  `create table attachments (
    message_id text not null references messages (id) on delete cascade,
    position integer not null,
    user_id text not null references users (id) on delete cascade,
    filename text not null,
    mime_type text not null,
    size_bytes ${d.bigint} not null,
    content_id text,
    inline integer not null check (inline in (0, 1)),
    primary key (message_id, position)
  )`,
  `create table senders (
    user_id text not null references users (id) on delete cascade,
    address text not null,
    name text not null,
    importance integer not null default 0,
    received_count integer not null default 0,
    sent_count integer not null default 0,
    last_seen_at text not null,
    primary key (user_id, address)
  )`,
  `create table message_ledger (
    account_id text not null references accounts (id) on delete cascade,
    provider_message_id text not null,
    user_id text not null references users (id) on delete cascade,
    state text not null ${oneOf('state', LEDGER_STATES)},
    reason text,
    message_id text,
    first_seen_at text not null,
    updated_at text not null,
    primary key (account_id, provider_message_id)
  )`,
  "create index message_ledger_open on message_ledger (account_id, state) where state in ('seen', 'stored')",
  'create index message_ledger_message on message_ledger (message_id) where message_id is not null',
  ...localMailboxTables(d),
  ...searchTables(d),
];

/** What the `local` provider keeps: it is its own mail server. */
const localMailboxTables = (d: Dialect): string[] => [
  `create table local_mailboxes (
    account_id text primary key references accounts (id) on delete cascade,
    next_modseq ${d.bigint} not null,
    oldest_modseq ${d.bigint} not null
  )`,
  `create table local_labels (
    account_id text not null references accounts (id) on delete cascade,
    id text not null,
    name text not null,
    role text,
    primary key (account_id, id)
  )`,
  `create table local_messages (
    account_id text not null references accounts (id) on delete cascade,
    id text not null,
    modseq ${d.bigint} not null,
    added_modseq ${d.bigint} not null,
    content_hash text not null,
    copy integer not null,
    internal_date text not null,
    size_bytes ${d.bigint} not null,
    labels_json text not null,
    flags_json text not null,
    deleted integer not null check (deleted in (0, 1)),
    raw ${d.blob},
    primary key (account_id, id),
    unique (account_id, content_hash, copy)
  )`,
  'create index local_messages_modseq on local_messages (account_id, modseq)',
];

/** Full text over subject, sender, recipients and body; rows are named by `messages.seq`. */
const searchTables = (d: Dialect): string[] =>
  d.engine === 'sqlite'
    ? [
        `create virtual table message_search using fts5(
          subject, sender, recipients, body,
          content = '', contentless_delete = 1, tokenize = 'unicode61'
        )`,
        "insert into message_search (message_search, rank) values ('pgsz', 8000)",
        "insert into message_search (message_search, rank) values ('automerge', 8)",
      ]
    : [
        `create table message_search (
          rowid bigint primary key references messages (seq) on delete cascade,
          document tsvector not null
        )`,
        'create index message_search_document on message_search using gin (document)',
      ];
