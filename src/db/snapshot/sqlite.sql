-- The schema after all migrations. Made by `npm run snapshot`; read its diff in review.

CREATE TABLE account_epochs (
    account_id text primary key references accounts (id) on delete cascade,
    restored_at text not null,
    reconciled integer not null check (reconciled in (0, 1))
  );

CREATE TABLE account_leases (
    account_id text not null references accounts (id) on delete cascade,
    purpose text not null,
    holder text not null,
    expires_at integer not null,
    primary key (account_id, purpose)
  );

CREATE TABLE accounts (
    id text primary key,
    user_id text not null references users (id) on delete cascade,
    provider text not null,
    email text not null,
    display_name text not null,
    status text not null check (status in ('active', 'paused', 'needs_reauthorization')),
    status_reason text,
    config_json text not null default '{}',
    state_json text not null default '{}',
    sync_cursor text,
    created_at text not null,
    updated_at text not null
  );

CREATE UNIQUE INDEX accounts_mailbox on accounts (user_id, provider, email);

CREATE TABLE action_links (
    cause_action_id text not null references actions (id) on delete cascade,
    effect_action_id text not null references actions (id) on delete cascade,
    relation_type text not null check (relation_type in ('undo_of', 'approval_for', 'spawned', 'related')),
    user_id text not null references users (id) on delete cascade,
    created_at text not null,
    primary key (cause_action_id, effect_action_id, relation_type)
  );

CREATE INDEX action_links_effect on action_links (effect_action_id);

CREATE UNIQUE INDEX action_links_one_undo on action_links (effect_action_id) where relation_type = 'undo_of';

CREATE TRIGGER actions_moves before update of status on actions
    when old.status <> new.status and not (
      (old.status = 'queued' and new.status in ('executing', 'canceled', 'rejected', 'approved_pending', 'failed'))
      or (old.status = 'executing' and new.status in ('completed', 'failed', 'canceled'))
      or (old.status = 'approved_pending' and new.status in ('queued', 'canceled', 'rejected'))
    )
    begin select raise(abort, 'action status cannot move so'); end;

CREATE TABLE actions (
    id text primary key,
    user_id text not null references users (id) on delete cascade,
    account_id text not null references accounts (id) on delete cascade,
    message_id text not null references messages (id) on delete cascade,
    decision_id text references decisions (id) on delete set null,
    rule_id text,
    source text not null check (source in ('deterministic', 'llm', 'learned', 'manual')),
    action_type text not null,
    parameters_json text not null,
    identity text not null,
    status text not null check (status in ('queued', 'executing', 'completed', 'failed', 'canceled', 'rejected', 'approved_pending')),
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
  , rate_kind text check (rate_kind in ('changes', 'trashes')));

CREATE INDEX actions_account on actions (account_id);

CREATE INDEX actions_decision on actions (decision_id) where decision_id is not null;

CREATE INDEX actions_message on actions (message_id);

CREATE INDEX actions_newest on actions (user_id, id);

CREATE UNIQUE INDEX actions_one_live on actions (message_id, identity) where status in ('queued', 'executing', 'approved_pending');

CREATE INDEX actions_rate on actions (account_id, rate_kind, id) where rate_kind is not null;

CREATE INDEX actions_rule on actions (rule_id, id) where rule_id is not null;

CREATE INDEX actions_status on actions (user_id, status, id);

CREATE TABLE api_tokens (
    id text primary key,
    user_id text not null references users (id) on delete cascade,
    name text not null,
    token_hash text not null unique,
    scopes_json text not null default '[]',
    created_at text not null,
    last_used_at text,
    expires_at text,
    revoked_at text
  );

CREATE INDEX api_tokens_user on api_tokens (user_id);

CREATE TABLE approvals (
    id text primary key,
    user_id text not null references users (id) on delete cascade,
    action_id text not null references actions (id) on delete cascade,
    state text not null check (state in ('waiting', 'approved', 'rejected', 'expired', 'superseded')),
    action_hash text not null,
    button_hash text not null unique,
    reasons_json text not null default '[]',
    created_at text not null,
    expires_at text not null,
    decided_at text,
    decided_by text,
    decided_via text
  );

CREATE INDEX approvals_action on approvals (action_id);

CREATE INDEX approvals_expiry on approvals (expires_at) where state = 'waiting';

CREATE INDEX approvals_newest on approvals (user_id, state, id);

CREATE UNIQUE INDEX approvals_one_waiting on approvals (action_id) where state = 'waiting';

CREATE TABLE attachments (
    message_id text not null references messages (id) on delete cascade,
    position integer not null,
    user_id text not null references users (id) on delete cascade,
    filename text not null,
    mime_type text not null,
    size_bytes integer not null,
    content_id text,
    inline integer not null check (inline in (0, 1)),
    primary key (message_id, position)
  );

CREATE TABLE audit_log (
    seq integer primary key autoincrement,
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
  );

CREATE INDEX audit_log_subject on audit_log (subject_type, subject_id);

CREATE INDEX audit_log_user on audit_log (user_id, seq);

CREATE TABLE auto_replies (
    account_id text not null references accounts (id) on delete cascade,
    address text not null,
    rule_id text not null,
    domain text not null,
    user_id text not null references users (id) on delete cascade,
    action_id text not null,
    answered_at text not null,
    primary key (account_id, address, rule_id)
  );

CREATE INDEX auto_replies_day on auto_replies (account_id, answered_at);

CREATE TABLE channel_messages (
    id text primary key,
    user_id text not null references users (id) on delete cascade,
    channel text not null,
    subject_type text not null,
    subject_id text not null,
    remote_id text not null,
    remote_json text not null default '{}',
    posted_at text not null,
    unique (channel, subject_type, subject_id, remote_id)
  );

CREATE INDEX channel_messages_subject on channel_messages (subject_type, subject_id);

CREATE TABLE credential_key (
    one integer primary key check (one = 1),
    key_id text not null,
    since text not null
  );

CREATE TABLE credentials (
    account_id text not null references accounts (id) on delete cascade,
    field text not null,
    user_id text not null references users (id) on delete cascade,
    key_id text not null,
    nonce blob not null,
    ciphertext blob not null,
    updated_at text not null,
    primary key (account_id, field)
  );

CREATE TABLE decisions (
    id text primary key,
    user_id text not null references users (id) on delete cascade,
    account_id text not null references accounts (id) on delete cascade,
    message_id text not null references messages (id) on delete cascade,
    occasion text not null,
    source text not null check (source in ('deterministic', 'llm', 'learned', 'manual')),
    decision_json text not null,
    confidence real not null check (confidence between 0 and 1),
    needs_approval integer not null check (needs_approval in (0, 1)),
    rationale text not null,
    telemetry_json text not null default '{}',
    trace_id text,
    created_at text not null,
    unique (message_id, occasion)
  );

CREATE INDEX decisions_account on decisions (account_id);

CREATE INDEX decisions_user on decisions (user_id, id);

CREATE TABLE deterministic_rules (
    id text primary key,
    user_id text not null references users (id) on delete cascade,
    name text not null,
    scope text not null check (scope in ('global', 'account', 'domain', 'sender')),
    scope_ref text,
    priority integer not null,
    enabled integer not null check (enabled in (0, 1)),
    disabled_reason text,
    conditions_json text not null,
    actions_json text not null,
    continue_matching integer not null check (continue_matching in (0, 1)),
    safe_mode text not null check (safe_mode in ('default', 'always_safe', 'dangerous_override')),
    shadow integer not null default 0 check (shadow in (0, 1)),
    hits integer not null default 0,
    last_hit_at text,
    created_at text not null,
    updated_at text not null
  );

CREATE INDEX deterministic_rules_order on deterministic_rules (user_id, priority, id);

CREATE TABLE digest_items (
    digest_id text not null references digests (id) on delete cascade,
    position integer not null,
    user_id text not null references users (id) on delete cascade,
    section text not null,
    message_id text,
    thread_id text,
    item_json text not null,
    primary key (digest_id, position)
  );

CREATE INDEX digest_items_message on digest_items (message_id) where message_id is not null;

CREATE TABLE digest_messages (
    message_id text primary key references messages (id) on delete cascade,
    user_id text not null references users (id) on delete cascade,
    digest_id text not null references digests (id) on delete cascade
  );

CREATE INDEX digest_messages_digest on digest_messages (digest_id);

CREATE TABLE digests (
    id text primary key,
    user_id text not null references users (id) on delete cascade,
    schedule_id text,
    window_from text not null,
    window_to text not null,
    state text not null check (state in ('composed', 'delivered', 'failed')),
    content_json text not null,
    occasion text not null,
    created_at text not null,
    unique (user_id, occasion)
  );

CREATE INDEX digests_newest on digests (user_id, window_to);

CREATE TABLE directions (
    id text primary key,
    user_id text not null references users (id) on delete cascade,
    position integer not null,
    text text not null,
    blocked_actions_json text not null default '[]',
    enabled integer not null check (enabled in (0, 1)),
    created_at text not null,
    updated_at text not null
  );

CREATE INDEX directions_order on directions (user_id, position, id);

CREATE TABLE discord_whitelist (
    user_id text not null references users (id) on delete cascade,
    discord_user_id text not null,
    added_at text not null,
    primary key (user_id, discord_user_id)
  );

CREATE TABLE gmail_quota (
    account_id text primary key references accounts (id) on delete cascade,
    spent_until integer not null default 0,
    slow_until integer not null default 0,
    blocked_until integer not null default 0,
    project_until integer not null default 0,
    sends_until integer not null default 0,
    send_rest_ms integer not null default 0,
    minute integer not null default 0,
    minute_units integer not null default 0,
    last_minute_units integer not null default 0,
    day text not null default '',
    day_units integer not null default 0
  );

CREATE TABLE imap_folders (
    account_id text not null references accounts (id) on delete cascade,
    id text not null,
    path text not null,
    role text,
    uid_validity text,
    uid_next integer,
    highest_modseq text,
    state_json text not null default '{}',
    primary key (account_id, id)
  );

CREATE TABLE imap_mailboxes (
    account_id text primary key references accounts (id) on delete cascade,
    next_modseq integer not null,
    oldest_modseq integer not null,
    state_json text not null default '{}'
  );

CREATE TABLE imap_messages (
    account_id text not null references accounts (id) on delete cascade,
    id text not null,
    modseq integer not null,
    added_modseq integer not null,
    folder_id text not null,
    uid integer,
    match_key text not null,
    rfc822_message_id text,
    internal_date text not null,
    size_bytes integer not null,
    labels_json text not null,
    kept_labels_json text not null default '[]',
    flags_json text not null,
    deleted integer not null default 0 check (deleted in (0, 1)),
    primary key (account_id, id)
  );

CREATE INDEX imap_messages_adrift on imap_messages (account_id) where uid is null and deleted = 0;

CREATE INDEX imap_messages_date on imap_messages (account_id, internal_date, added_modseq);

CREATE INDEX imap_messages_match on imap_messages (account_id, match_key);

CREATE INDEX imap_messages_message_id on imap_messages (account_id, rfc822_message_id);

CREATE UNIQUE INDEX imap_messages_modseq on imap_messages (account_id, modseq);

CREATE UNIQUE INDEX imap_messages_uid on imap_messages (account_id, folder_id, uid) where uid is not null and deleted = 0;

CREATE TABLE job_errors (
  job_id text not null references jobs (id) on delete cascade,
  at text not null,
  attempt integer not null,
  worker_id text,
  error text not null,
  primary key (job_id, at, attempt)
);

CREATE TABLE job_steps (
  job_id text not null references jobs (id) on delete cascade,
  name text not null,
  attempt integer not null,
  started_at text not null,
  finished_at text,
  result_json text,
  error text,
  primary key (job_id, name)
);

CREATE TABLE job_wakes (
  key text primary key not null,
  at text not null
);

CREATE TABLE job_workers (
  worker_id text primary key not null,
  seen_at text not null,
  started integer not null,
  completed integer not null,
  failed integer not null,
  retried integer not null
);

CREATE TABLE jobs (
  id text primary key not null,
  type text not null,
  payload_json text not null,
  priority integer not null default 0,
  state text not null default 'queued' check (state in ('queued', 'running', 'completed', 'failed', 'canceled')),
  attempts integer not null default 0 check (attempts >= 0),
  max_attempts integer not null default 5 check (max_attempts >= 1),
  not_before text not null,
  idempotency_key text,
  singleton_key text,
  serial_key text,
  user_id text,
  schedule_id text,
  parent_job_id text,
  traceparent text,
  claim_token text,
  worker_id text,
  heartbeat_at text,
  last_error text,
  failure_kind text check (failure_kind in ('fatal', 'exhausted')),
  result_json text,
  created_at text not null,
  updated_at text not null,
  started_at text,
  finished_at text, fair_key text, turn text not null default '', waits_for text,
  check ((state = 'failed') = (failure_kind is not null))
);

CREATE INDEX jobs_canceled on jobs (id, type) where state = 'canceled';

CREATE INDEX jobs_delayed on jobs (not_before) where state = 'queued' and not_before > updated_at;

CREATE INDEX jobs_failed on jobs (id, type) where state = 'failed';

CREATE INDEX jobs_fair on jobs (fair_key, type, priority, turn) where state = 'queued' and fair_key is not null;

CREATE UNIQUE INDEX jobs_idempotency on jobs (idempotency_key) where idempotency_key is not null;

CREATE INDEX jobs_ready on jobs (type, priority, turn, id, serial_key)
  where state = 'queued' and not_before <= updated_at;

CREATE INDEX jobs_running on jobs (worker_id) where state = 'running';

CREATE UNIQUE INDEX jobs_serial on jobs (serial_key) where state = 'running' and serial_key is not null;

CREATE INDEX jobs_serial_ready on jobs (serial_key, priority, turn, id)
  where state = 'queued' and not_before <= updated_at and serial_key is not null;

CREATE UNIQUE INDEX jobs_singleton on jobs (singleton_key) where state = 'queued' and singleton_key is not null;

CREATE INDEX jobs_waiting on jobs (waits_for) where state = 'queued' and waits_for is not null;

CREATE TABLE labels (
    id text primary key,
    user_id text not null references users (id) on delete cascade,
    account_id text not null references accounts (id) on delete cascade,
    provider_label_id text not null,
    name text not null,
    label_type text not null check (label_type in ('system', 'user')),
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
  );

CREATE INDEX labels_user on labels (user_id);

CREATE TABLE llm_calls (
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
    cost_micros integer not null,
    latency_ms integer not null,
    outcome text not null,
    response_json text,
    trace_id text,
    created_at text not null
  );

CREATE INDEX llm_calls_prompt on llm_calls (prompt_hash, model);

CREATE INDEX llm_calls_user on llm_calls (user_id, created_at);

CREATE TABLE llm_rules (
    id text primary key,
    user_id text not null references users (id) on delete cascade,
    name text not null,
    text text not null,
    scope text not null check (scope in ('global', 'account', 'domain', 'sender')),
    scope_ref text,
    priority integer not null,
    enabled integer not null check (enabled in (0, 1)),
    disabled_reason text,
    mode text not null check (mode in ('shadow', 'act')),
    hits integer not null default 0,
    last_hit_at text,
    created_at text not null,
    updated_at text not null
  );

CREATE INDEX llm_rules_order on llm_rules (user_id, priority, id);

CREATE TABLE local_labels (
    account_id text not null references accounts (id) on delete cascade,
    id text not null,
    name text not null,
    role text,
    primary key (account_id, id)
  );

CREATE TABLE local_mailboxes (
    account_id text primary key references accounts (id) on delete cascade,
    next_modseq integer not null,
    oldest_modseq integer not null
  );

CREATE TABLE local_messages (
    account_id text not null references accounts (id) on delete cascade,
    id text not null,
    modseq integer not null,
    added_modseq integer not null,
    content_hash text not null,
    copy integer not null,
    internal_date text not null,
    size_bytes integer not null,
    labels_json text not null,
    flags_json text not null,
    deleted integer not null check (deleted in (0, 1)),
    raw blob,
    primary key (account_id, id),
    unique (account_id, content_hash, copy)
  );

CREATE INDEX local_messages_modseq on local_messages (account_id, modseq);

CREATE TABLE message_contents (
    message_id text primary key references messages (id) on delete cascade,
    user_id text not null references users (id) on delete cascade,
    body_plain text not null,
    body_new text,
    body_html text,
    raw blob
  );

CREATE TABLE message_labels (
    account_id text not null,
    provider_label_id text not null,
    received_at text not null,
    message_id text not null references messages (id) on delete cascade,
    thread_id text not null,
    user_id text not null,
    primary key (account_id, provider_label_id, received_at, message_id)
  ) without rowid;

CREATE INDEX message_labels_message on message_labels (message_id);

CREATE TABLE message_ledger (
    account_id text not null references accounts (id) on delete cascade,
    provider_message_id text not null,
    user_id text not null references users (id) on delete cascade,
    state text not null check (state in ('seen', 'stored', 'decided', 'left_alone', 'failed')),
    reason text,
    message_id text,
    first_seen_at text not null,
    updated_at text not null,
    primary key (account_id, provider_message_id)
  );

CREATE INDEX message_ledger_message on message_ledger (message_id) where message_id is not null;

CREATE INDEX message_ledger_open on message_ledger (account_id, state) where state in ('seen', 'stored');

CREATE VIRTUAL TABLE message_search using fts5(
          subject, sender, recipients, body,
          content = '', contentless_delete = 1, tokenize = 'unicode61'
        );

CREATE TABLE 'message_search_config'(k PRIMARY KEY, v) WITHOUT ROWID;

CREATE TABLE 'message_search_data'(id INTEGER PRIMARY KEY, block BLOB);

CREATE TABLE 'message_search_docsize'(id INTEGER PRIMARY KEY, sz BLOB, origin INTEGER);

CREATE TABLE 'message_search_idx'(segid, term, pgno, PRIMARY KEY(segid, term)) WITHOUT ROWID;

CREATE TABLE messages (
    seq integer primary key autoincrement,
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
    size_bytes integer not null,
    has_attachments integer not null check (has_attachments in (0, 1)),
    has_calendar integer not null check (has_calendar in (0, 1)),
    in_reply_to text,
    references_json text not null,
    notes_json text not null default '[]',
    gone_at text,
    created_at text not null,
    unique (account_id, provider_message_id)
  );

CREATE INDEX messages_account on messages (account_id, received_at);

CREATE INDEX messages_gone on messages (user_id) where gone_at is not null;

CREATE INDEX messages_newest on messages (user_id, received_at, id);

CREATE INDEX messages_rfc822 on messages (account_id, rfc822_message_id) where rfc822_message_id is not null;

CREATE INDEX messages_sender on messages (user_id, from_address, received_at);

CREATE INDEX messages_thread on messages (thread_id, received_at);

CREATE TABLE notes (
    id text primary key,
    user_id text not null references users (id) on delete cascade,
    message_id text not null references messages (id) on delete cascade,
    action_id text not null unique references actions (id) on delete cascade,
    text text not null,
    created_at text not null
  );

CREATE INDEX notes_message on notes (message_id);

CREATE TABLE oauth_sign_ins (
    state_hash text primary key,
    user_id text not null references users (id) on delete cascade,
    account_id text references accounts (id) on delete cascade,
    provider text not null,
    key_id text not null,
    nonce blob not null,
    verifier blob not null,
    redirect_uri text not null,
    scopes text not null,
    created_at text not null,
    expires_at text not null
  );

CREATE TABLE outbox (
    id text primary key,
    user_id text not null references users (id) on delete cascade,
    account_id text not null references accounts (id) on delete cascade,
    action_id text not null unique references actions (id) on delete cascade,
    op_id text not null unique,
    state text not null check (state in ('prepared', 'staged', 'sending', 'sent', 'uncertain', 'cancelled')),
    automatic integer not null check (automatic in (0, 1)),
    rfc822_message_id text not null,
    sender text not null,
    recipients_json text not null,
    thread_key text,
    raw blob not null,
    raw_hash text not null,
    staged_id text,
    sent_id text,
    tries integer not null default 0,
    looks integer not null default 0,
    reason text,
    created_at text not null,
    updated_at text not null
  );

CREATE INDEX outbox_day on outbox (account_id, created_at);

CREATE INDEX outbox_open on outbox (user_id, state) where state not in ('sent', 'cancelled');

CREATE TABLE rule_sets (
    user_id text primary key references users (id) on delete cascade,
    version integer not null
  );

CREATE TABLE rules_chat_messages (
    id text primary key,
    user_id text not null references users (id) on delete cascade,
    session_id text not null references rules_chat_sessions (id) on delete cascade,
    role text not null check (role in ('user', 'assistant')),
    content text not null,
    proposals_json text not null default '[]',
    created_at text not null
  );

CREATE INDEX rules_chat_messages_session on rules_chat_messages (session_id, id);

CREATE TABLE rules_chat_sessions (
    id text primary key,
    user_id text not null references users (id) on delete cascade,
    title text not null,
    state text not null check (state in ('open', 'applied', 'discarded')),
    created_at text not null,
    updated_at text not null
  );

CREATE INDEX rules_chat_sessions_user on rules_chat_sessions (user_id, updated_at);

CREATE TABLE schedules (
  id text primary key not null,
  user_id text,
  type text not null,
  cron text not null,
  time_zone text not null,
  payload_json text not null,
  enabled integer not null default 1 check (enabled in (0, 1)),
  missed text not null default 'run_once' check (missed in ('run_once', 'skip')),
  next_run_at text,
  last_run_at text,
  last_job_id text,
  created_at text not null,
  updated_at text not null
, last_error text);

CREATE INDEX schedules_due on schedules (next_run_at) where enabled = 1;

CREATE UNIQUE INDEX schedules_once on schedules (coalesce(user_id, ''), type, cron);

CREATE TABLE schema_migrations (id integer primary key, name text not null, applied_at text not null);

CREATE TABLE send_pauses (
    account_id text primary key references accounts (id) on delete cascade,
    strikes integer not null,
    until text not null
  );

CREATE TABLE senders (
    user_id text not null references users (id) on delete cascade,
    address text not null,
    name text not null,
    importance integer not null default 0,
    received_count integer not null default 0,
    sent_count integer not null default 0,
    last_seen_at text not null,
    primary key (user_id, address)
  );

CREATE TABLE sessions (
    id text primary key,
    user_id text not null references users (id) on delete cascade,
    kind text not null check (kind in ('session', 'sign_in_link')),
    token_hash text not null unique,
    created_at text not null,
    expires_at text not null,
    used_at text,
    revoked_at text,
    user_agent text
  );

CREATE INDEX sessions_user on sessions (user_id);

CREATE TABLE summaries (
    content_hash text not null,
    tier text not null,
    user_id text not null references users (id) on delete cascade,
    message_id text,
    summary_json text not null,
    created_at text not null,
    primary key (user_id, content_hash, tier)
  );

CREATE INDEX summaries_message on summaries (message_id) where message_id is not null;

CREATE TABLE telegram_chats (
    chat_id integer primary key,
    user_id text not null references users (id) on delete cascade,
    telegram_user_id integer not null,
    settings_json text not null default '{}',
    linked_at text not null
  );

CREATE INDEX telegram_chats_user on telegram_chats (user_id);

CREATE TABLE threads (
    id text primary key,
    user_id text not null references users (id) on delete cascade,
    account_id text not null references accounts (id) on delete cascade,
    provider_thread_key text,
    subject text not null,
    first_message_at text not null,
    last_message_at text not null,
    message_count integer not null
  );

CREATE INDEX threads_newest on threads (user_id, last_message_at, id);

CREATE UNIQUE INDEX threads_provider_key on threads (account_id, provider_thread_key);

CREATE TABLE users (
    id text primary key,
    email text not null,
    display_name text not null,
    time_zone text not null,
    locale text not null,
    preferences_json text not null default '{}',
    password_hash text,
    created_at text not null,
    updated_at text not null
  );

CREATE UNIQUE INDEX users_email on users (email);
