-- The schema after all migrations. Made by `npm run snapshot`; read its diff in review.

create table account_epochs (
  account_id text not null,
  restored_at text not null,
  reconciled integer not null,
  PRIMARY KEY (account_id),
  FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE,
  CHECK ((reconciled = ANY (ARRAY[0, 1])))
);

create table account_leases (
  account_id text not null,
  purpose text not null,
  holder text not null,
  expires_at bigint not null,
  PRIMARY KEY (account_id, purpose),
  FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE
);

create table accounts (
  id text not null,
  user_id text not null,
  provider text not null,
  email text not null,
  display_name text not null,
  status text not null,
  status_reason text,
  config_json text default '{}'::text not null,
  state_json text default '{}'::text not null,
  sync_cursor text,
  created_at text not null,
  updated_at text not null,
  PRIMARY KEY (id),
  FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE,
  CHECK ((status = ANY (ARRAY['active'::text, 'paused'::text, 'needs_reauthorization'::text])))
);
CREATE UNIQUE INDEX accounts_mailbox ON public.accounts USING btree (user_id, provider, email);

create table action_links (
  cause_action_id text not null,
  effect_action_id text not null,
  relation_type text not null,
  user_id text not null,
  created_at text not null,
  PRIMARY KEY (cause_action_id, effect_action_id, relation_type),
  FOREIGN KEY (cause_action_id) REFERENCES actions(id) ON DELETE CASCADE,
  FOREIGN KEY (effect_action_id) REFERENCES actions(id) ON DELETE CASCADE,
  FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE,
  CHECK ((relation_type = ANY (ARRAY['undo_of'::text, 'approval_for'::text, 'spawned'::text, 'related'::text])))
);
CREATE INDEX action_links_effect ON public.action_links USING btree (effect_action_id);
CREATE UNIQUE INDEX action_links_one_undo ON public.action_links USING btree (effect_action_id) WHERE (relation_type = 'undo_of'::text);

create table actions (
  id text not null,
  user_id text not null,
  account_id text not null,
  message_id text not null,
  decision_id text,
  rule_id text,
  source text not null,
  action_type text not null,
  parameters_json text not null,
  identity text not null,
  status text not null,
  confidence real not null,
  reasons_json text default '[]'::text not null,
  review_json text not null,
  reviewed_at text not null,
  approved_hash text,
  error_message text,
  before_json text,
  undo_hint_json text,
  trace_id text,
  created_at text not null,
  updated_at text not null,
  executed_at text,
  rate_kind text,
  PRIMARY KEY (id),
  FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE,
  FOREIGN KEY (decision_id) REFERENCES decisions(id) ON DELETE SET NULL,
  FOREIGN KEY (message_id) REFERENCES messages(id) ON DELETE CASCADE,
  FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE,
  CHECK (((confidence >= (0)::double precision) AND (confidence <= (1)::double precision))),
  CHECK ((rate_kind = ANY (ARRAY['changes'::text, 'trashes'::text]))),
  CHECK ((source = ANY (ARRAY['deterministic'::text, 'llm'::text, 'learned'::text, 'manual'::text]))),
  CHECK ((status = ANY (ARRAY['queued'::text, 'executing'::text, 'completed'::text, 'failed'::text, 'canceled'::text, 'rejected'::text, 'approved_pending'::text])))
);
CREATE INDEX actions_account ON public.actions USING btree (account_id);
CREATE INDEX actions_decision ON public.actions USING btree (decision_id) WHERE (decision_id IS NOT NULL);
CREATE INDEX actions_message ON public.actions USING btree (message_id);
CREATE INDEX actions_newest ON public.actions USING btree (user_id, id);
CREATE UNIQUE INDEX actions_one_live ON public.actions USING btree (message_id, identity) WHERE (status = ANY (ARRAY['queued'::text, 'executing'::text, 'approved_pending'::text]));
CREATE INDEX actions_rate ON public.actions USING btree (account_id, rate_kind, id) WHERE (rate_kind IS NOT NULL);
CREATE INDEX actions_rule ON public.actions USING btree (rule_id, id) WHERE (rule_id IS NOT NULL);
CREATE INDEX actions_status ON public.actions USING btree (user_id, status, id);
CREATE TRIGGER actions_moves BEFORE UPDATE OF status ON public.actions FOR EACH ROW EXECUTE FUNCTION actions_check_move();

create table api_tokens (
  id text not null,
  user_id text not null,
  name text not null,
  token_hash text not null,
  scopes_json text default '[]'::text not null,
  created_at text not null,
  last_used_at text,
  expires_at text,
  revoked_at text,
  UNIQUE (token_hash),
  PRIMARY KEY (id),
  FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);
CREATE INDEX api_tokens_user ON public.api_tokens USING btree (user_id);

create table approvals (
  id text not null,
  user_id text not null,
  action_id text not null,
  state text not null,
  action_hash text not null,
  button_hash text not null,
  reasons_json text default '[]'::text not null,
  created_at text not null,
  expires_at text not null,
  decided_at text,
  decided_by text,
  decided_via text,
  UNIQUE (button_hash),
  PRIMARY KEY (id),
  FOREIGN KEY (action_id) REFERENCES actions(id) ON DELETE CASCADE,
  FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE,
  CHECK ((state = ANY (ARRAY['waiting'::text, 'approved'::text, 'rejected'::text, 'expired'::text, 'superseded'::text])))
);
CREATE INDEX approvals_action ON public.approvals USING btree (action_id);
CREATE INDEX approvals_expiry ON public.approvals USING btree (expires_at) WHERE (state = 'waiting'::text);
CREATE INDEX approvals_newest ON public.approvals USING btree (user_id, state, id);
CREATE UNIQUE INDEX approvals_one_waiting ON public.approvals USING btree (action_id) WHERE (state = 'waiting'::text);

create table attachments (
  message_id text not null,
  position integer not null,
  user_id text not null,
  filename text not null,
  mime_type text not null,
  size_bytes bigint not null,
  content_id text,
  inline integer not null,
  PRIMARY KEY (message_id, "position"),
  FOREIGN KEY (message_id) REFERENCES messages(id) ON DELETE CASCADE,
  FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE,
  CHECK ((inline = ANY (ARRAY[0, 1])))
);

create table audit_log (
  seq bigint generated always as identity not null,
  id text not null,
  user_id text not null,
  at text not null,
  actor text not null,
  channel text not null,
  action text not null,
  subject_type text not null,
  subject_id text not null,
  details_json text default '{}'::text not null,
  trace_id text,
  UNIQUE (id),
  PRIMARY KEY (seq),
  FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);
CREATE INDEX audit_log_subject ON public.audit_log USING btree (subject_type, subject_id);
CREATE INDEX audit_log_user ON public.audit_log USING btree (user_id, seq);

create table auto_replies (
  account_id text not null,
  address text not null,
  rule_id text not null,
  domain text not null,
  user_id text not null,
  action_id text not null,
  answered_at text not null,
  PRIMARY KEY (account_id, address, rule_id),
  FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE,
  FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);
CREATE INDEX auto_replies_day ON public.auto_replies USING btree (account_id, answered_at);

create table channel_messages (
  id text not null,
  user_id text not null,
  channel text not null,
  subject_type text not null,
  subject_id text not null,
  remote_id text not null,
  remote_json text default '{}'::text not null,
  posted_at text not null,
  UNIQUE (channel, subject_type, subject_id, remote_id),
  PRIMARY KEY (id),
  FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);
CREATE INDEX channel_messages_subject ON public.channel_messages USING btree (subject_type, subject_id);

create table credential_key (
  one integer not null,
  key_id text not null,
  since text not null,
  PRIMARY KEY (one),
  CHECK ((one = 1))
);

create table credentials (
  account_id text not null,
  field text not null,
  user_id text not null,
  key_id text not null,
  nonce bytea not null,
  ciphertext bytea not null,
  updated_at text not null,
  PRIMARY KEY (account_id, field),
  FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE,
  FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);

create table decisions (
  id text not null,
  user_id text not null,
  account_id text not null,
  message_id text not null,
  occasion text not null,
  source text not null,
  decision_json text not null,
  confidence real not null,
  needs_approval integer not null,
  rationale text not null,
  telemetry_json text default '{}'::text not null,
  trace_id text,
  created_at text not null,
  UNIQUE (message_id, occasion),
  PRIMARY KEY (id),
  FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE,
  FOREIGN KEY (message_id) REFERENCES messages(id) ON DELETE CASCADE,
  FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE,
  CHECK (((confidence >= (0)::double precision) AND (confidence <= (1)::double precision))),
  CHECK ((needs_approval = ANY (ARRAY[0, 1]))),
  CHECK ((source = ANY (ARRAY['deterministic'::text, 'llm'::text, 'learned'::text, 'manual'::text])))
);
CREATE INDEX decisions_account ON public.decisions USING btree (account_id);
CREATE INDEX decisions_user ON public.decisions USING btree (user_id, id);

create table deterministic_rules (
  id text not null,
  user_id text not null,
  name text not null,
  scope text not null,
  scope_ref text,
  priority integer not null,
  enabled integer not null,
  disabled_reason text,
  conditions_json text not null,
  actions_json text not null,
  continue_matching integer not null,
  safe_mode text not null,
  shadow integer default 0 not null,
  hits bigint default 0 not null,
  last_hit_at text,
  created_at text not null,
  updated_at text not null,
  PRIMARY KEY (id),
  FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE,
  CHECK ((continue_matching = ANY (ARRAY[0, 1]))),
  CHECK ((enabled = ANY (ARRAY[0, 1]))),
  CHECK ((safe_mode = ANY (ARRAY['default'::text, 'always_safe'::text, 'dangerous_override'::text]))),
  CHECK ((scope = ANY (ARRAY['global'::text, 'account'::text, 'domain'::text, 'sender'::text]))),
  CHECK ((shadow = ANY (ARRAY[0, 1])))
);
CREATE INDEX deterministic_rules_order ON public.deterministic_rules USING btree (user_id, priority, id);

create table digest_items (
  digest_id text not null,
  position integer not null,
  user_id text not null,
  section text not null,
  message_id text,
  thread_id text,
  item_json text not null,
  PRIMARY KEY (digest_id, "position"),
  FOREIGN KEY (digest_id) REFERENCES digests(id) ON DELETE CASCADE,
  FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);
CREATE INDEX digest_items_message ON public.digest_items USING btree (message_id) WHERE (message_id IS NOT NULL);

create table digest_messages (
  message_id text not null,
  user_id text not null,
  digest_id text not null,
  PRIMARY KEY (message_id),
  FOREIGN KEY (digest_id) REFERENCES digests(id) ON DELETE CASCADE,
  FOREIGN KEY (message_id) REFERENCES messages(id) ON DELETE CASCADE,
  FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);
CREATE INDEX digest_messages_digest ON public.digest_messages USING btree (digest_id);

create table digests (
  id text not null,
  user_id text not null,
  schedule_id text,
  window_from text not null,
  window_to text not null,
  state text not null,
  content_json text not null,
  occasion text not null,
  created_at text not null,
  UNIQUE (user_id, occasion),
  PRIMARY KEY (id),
  FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE,
  CHECK ((state = ANY (ARRAY['composed'::text, 'delivered'::text, 'failed'::text])))
);
CREATE INDEX digests_newest ON public.digests USING btree (user_id, window_to);

create table directions (
  id text not null,
  user_id text not null,
  position integer not null,
  text text not null,
  blocked_actions_json text default '[]'::text not null,
  enabled integer not null,
  created_at text not null,
  updated_at text not null,
  PRIMARY KEY (id),
  FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE,
  CHECK ((enabled = ANY (ARRAY[0, 1])))
);
CREATE INDEX directions_order ON public.directions USING btree (user_id, "position", id);

create table discord_whitelist (
  user_id text not null,
  discord_user_id text not null,
  added_at text not null,
  PRIMARY KEY (user_id, discord_user_id),
  FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);

create table gmail_quota (
  account_id text not null,
  spent_until bigint default 0 not null,
  slow_until bigint default 0 not null,
  blocked_until bigint default 0 not null,
  project_until bigint default 0 not null,
  sends_until bigint default 0 not null,
  send_rest_ms bigint default 0 not null,
  minute bigint default 0 not null,
  minute_units bigint default 0 not null,
  last_minute_units bigint default 0 not null,
  day text default ''::text not null,
  day_units bigint default 0 not null,
  PRIMARY KEY (account_id),
  FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE
);

create table imap_folders (
  account_id text not null,
  id text not null,
  path text not null,
  role text,
  uid_validity text,
  uid_next bigint,
  highest_modseq text,
  state_json text default '{}'::text not null,
  PRIMARY KEY (account_id, id),
  FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE
);

create table imap_mailboxes (
  account_id text not null,
  next_modseq bigint not null,
  oldest_modseq bigint not null,
  state_json text default '{}'::text not null,
  PRIMARY KEY (account_id),
  FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE
);

create table imap_messages (
  account_id text not null,
  id text not null,
  modseq bigint not null,
  added_modseq bigint not null,
  folder_id text not null,
  uid bigint,
  match_key text not null,
  rfc822_message_id text,
  internal_date text not null,
  size_bytes integer not null,
  labels_json text not null,
  kept_labels_json text default '[]'::text not null,
  flags_json text not null,
  deleted integer default 0 not null,
  PRIMARY KEY (account_id, id),
  FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE,
  CHECK ((deleted = ANY (ARRAY[0, 1])))
);
CREATE INDEX imap_messages_adrift ON public.imap_messages USING btree (account_id) WHERE ((uid IS NULL) AND (deleted = 0));
CREATE INDEX imap_messages_date ON public.imap_messages USING btree (account_id, internal_date, added_modseq);
CREATE INDEX imap_messages_match ON public.imap_messages USING btree (account_id, match_key);
CREATE INDEX imap_messages_message_id ON public.imap_messages USING btree (account_id, rfc822_message_id);
CREATE UNIQUE INDEX imap_messages_modseq ON public.imap_messages USING btree (account_id, modseq);
CREATE UNIQUE INDEX imap_messages_uid ON public.imap_messages USING btree (account_id, folder_id, uid) WHERE ((uid IS NOT NULL) AND (deleted = 0));

create table job_errors (
  job_id text not null,
  at text not null,
  attempt integer not null,
  worker_id text,
  error text not null,
  PRIMARY KEY (job_id, at, attempt),
  FOREIGN KEY (job_id) REFERENCES jobs(id) ON DELETE CASCADE
);

create table job_steps (
  job_id text not null,
  name text not null,
  attempt integer not null,
  started_at text not null,
  finished_at text,
  result_json text,
  error text,
  PRIMARY KEY (job_id, name),
  FOREIGN KEY (job_id) REFERENCES jobs(id) ON DELETE CASCADE
);

create table job_wakes (
  key text not null,
  at text not null,
  PRIMARY KEY (key)
);

create table job_workers (
  worker_id text not null,
  seen_at text not null,
  started bigint not null,
  completed bigint not null,
  failed bigint not null,
  retried bigint not null,
  PRIMARY KEY (worker_id)
);

create table jobs (
  id text not null,
  type text not null,
  payload_json text not null,
  priority integer default 0 not null,
  state text default 'queued'::text not null,
  attempts integer default 0 not null,
  max_attempts integer default 5 not null,
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
  failure_kind text,
  result_json text,
  created_at text not null,
  updated_at text not null,
  started_at text,
  finished_at text,
  fair_key text,
  turn text default ''::text not null,
  waits_for text,
  PRIMARY KEY (id),
  CHECK ((attempts >= 0)),
  CHECK (((state = 'failed'::text) = (failure_kind IS NOT NULL))),
  CHECK ((failure_kind = ANY (ARRAY['fatal'::text, 'exhausted'::text]))),
  CHECK ((max_attempts >= 1)),
  CHECK ((state = ANY (ARRAY['queued'::text, 'running'::text, 'completed'::text, 'failed'::text, 'canceled'::text])))
);
CREATE INDEX jobs_canceled ON public.jobs USING btree (id, type) WHERE (state = 'canceled'::text);
CREATE INDEX jobs_delayed ON public.jobs USING btree (not_before) WHERE ((state = 'queued'::text) AND (not_before > updated_at));
CREATE INDEX jobs_failed ON public.jobs USING btree (id, type) WHERE (state = 'failed'::text);
CREATE INDEX jobs_fair ON public.jobs USING btree (fair_key, type, priority, turn) WHERE ((state = 'queued'::text) AND (fair_key IS NOT NULL));
CREATE UNIQUE INDEX jobs_idempotency ON public.jobs USING btree (idempotency_key) WHERE (idempotency_key IS NOT NULL);
CREATE INDEX jobs_ready ON public.jobs USING btree (type, priority, turn, id, serial_key) WHERE ((state = 'queued'::text) AND (not_before <= updated_at));
CREATE INDEX jobs_running ON public.jobs USING btree (worker_id) WHERE (state = 'running'::text);
CREATE UNIQUE INDEX jobs_serial ON public.jobs USING btree (serial_key) WHERE ((state = 'running'::text) AND (serial_key IS NOT NULL));
CREATE INDEX jobs_serial_ready ON public.jobs USING btree (serial_key, priority, turn, id) WHERE ((state = 'queued'::text) AND (not_before <= updated_at) AND (serial_key IS NOT NULL));
CREATE UNIQUE INDEX jobs_singleton ON public.jobs USING btree (singleton_key) WHERE ((state = 'queued'::text) AND (singleton_key IS NOT NULL));
CREATE INDEX jobs_waiting ON public.jobs USING btree (waits_for) WHERE ((state = 'queued'::text) AND (waits_for IS NOT NULL));

create table labels (
  id text not null,
  user_id text not null,
  account_id text not null,
  provider_label_id text not null,
  name text not null,
  label_type text not null,
  role text,
  description text,
  available_to_classifier integer default 1 not null,
  visible integer default 1 not null,
  background_color text,
  text_color text,
  deleted_at text,
  created_at text not null,
  updated_at text not null,
  UNIQUE (account_id, provider_label_id),
  PRIMARY KEY (id),
  FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE,
  FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE,
  CHECK ((available_to_classifier = ANY (ARRAY[0, 1]))),
  CHECK ((label_type = ANY (ARRAY['system'::text, 'user'::text]))),
  CHECK ((visible = ANY (ARRAY[0, 1])))
);
CREATE INDEX labels_user ON public.labels USING btree (user_id);

create table llm_calls (
  id text not null,
  user_id text not null,
  message_id text,
  purpose text not null,
  provider text not null,
  model text not null,
  prompt_hash text not null,
  prompt_bytes integer not null,
  input_tokens integer not null,
  output_tokens integer not null,
  cost_micros bigint not null,
  latency_ms integer not null,
  outcome text not null,
  response_json text,
  trace_id text,
  created_at text not null,
  PRIMARY KEY (id),
  FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);
CREATE INDEX llm_calls_prompt ON public.llm_calls USING btree (prompt_hash, model);
CREATE INDEX llm_calls_user ON public.llm_calls USING btree (user_id, created_at);

create table llm_rules (
  id text not null,
  user_id text not null,
  name text not null,
  text text not null,
  scope text not null,
  scope_ref text,
  priority integer not null,
  enabled integer not null,
  disabled_reason text,
  mode text not null,
  hits bigint default 0 not null,
  last_hit_at text,
  created_at text not null,
  updated_at text not null,
  PRIMARY KEY (id),
  FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE,
  CHECK ((enabled = ANY (ARRAY[0, 1]))),
  CHECK ((mode = ANY (ARRAY['shadow'::text, 'act'::text]))),
  CHECK ((scope = ANY (ARRAY['global'::text, 'account'::text, 'domain'::text, 'sender'::text])))
);
CREATE INDEX llm_rules_order ON public.llm_rules USING btree (user_id, priority, id);

create table local_labels (
  account_id text not null,
  id text not null,
  name text not null,
  role text,
  PRIMARY KEY (account_id, id),
  FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE
);

create table local_mailboxes (
  account_id text not null,
  next_modseq bigint not null,
  oldest_modseq bigint not null,
  PRIMARY KEY (account_id),
  FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE
);

create table local_messages (
  account_id text not null,
  id text not null,
  modseq bigint not null,
  added_modseq bigint not null,
  content_hash text not null,
  copy integer not null,
  internal_date text not null,
  size_bytes bigint not null,
  labels_json text not null,
  flags_json text not null,
  deleted integer not null,
  raw bytea,
  UNIQUE (account_id, content_hash, copy),
  PRIMARY KEY (account_id, id),
  FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE,
  CHECK ((deleted = ANY (ARRAY[0, 1])))
);
CREATE INDEX local_messages_modseq ON public.local_messages USING btree (account_id, modseq);

create table message_contents (
  message_id text not null,
  user_id text not null,
  body_plain text not null,
  body_new text,
  body_html text,
  raw bytea,
  PRIMARY KEY (message_id),
  FOREIGN KEY (message_id) REFERENCES messages(id) ON DELETE CASCADE,
  FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);

create table message_labels (
  account_id text not null,
  provider_label_id text not null,
  received_at text not null,
  message_id text not null,
  thread_id text not null,
  user_id text not null,
  PRIMARY KEY (account_id, provider_label_id, received_at, message_id),
  FOREIGN KEY (message_id) REFERENCES messages(id) ON DELETE CASCADE
);
CREATE INDEX message_labels_message ON public.message_labels USING btree (message_id);

create table message_ledger (
  account_id text not null,
  provider_message_id text not null,
  user_id text not null,
  state text not null,
  reason text,
  message_id text,
  first_seen_at text not null,
  updated_at text not null,
  PRIMARY KEY (account_id, provider_message_id),
  FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE,
  FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE,
  CHECK ((state = ANY (ARRAY['seen'::text, 'stored'::text, 'decided'::text, 'left_alone'::text, 'failed'::text])))
);
CREATE INDEX message_ledger_message ON public.message_ledger USING btree (message_id) WHERE (message_id IS NOT NULL);
CREATE INDEX message_ledger_open ON public.message_ledger USING btree (account_id, state) WHERE (state = ANY (ARRAY['seen'::text, 'stored'::text]));

create table message_search (
  rowid bigint not null,
  document tsvector not null,
  PRIMARY KEY (rowid),
  FOREIGN KEY (rowid) REFERENCES messages(seq) ON DELETE CASCADE
);
CREATE INDEX message_search_document ON public.message_search USING gin (document);

create table messages (
  seq bigint generated always as identity not null,
  id text not null,
  user_id text not null,
  account_id text not null,
  thread_id text not null,
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
  size_bytes bigint not null,
  has_attachments integer not null,
  has_calendar integer not null,
  in_reply_to text,
  references_json text not null,
  notes_json text default '[]'::text not null,
  gone_at text,
  created_at text not null,
  UNIQUE (account_id, provider_message_id),
  UNIQUE (id),
  PRIMARY KEY (seq),
  FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE,
  FOREIGN KEY (thread_id) REFERENCES threads(id) ON DELETE CASCADE,
  FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE,
  CHECK ((has_attachments = ANY (ARRAY[0, 1]))),
  CHECK ((has_calendar = ANY (ARRAY[0, 1])))
);
CREATE INDEX messages_account ON public.messages USING btree (account_id, received_at);
CREATE INDEX messages_gone ON public.messages USING btree (user_id) WHERE (gone_at IS NOT NULL);
CREATE INDEX messages_newest ON public.messages USING btree (user_id, received_at, id);
CREATE INDEX messages_rfc822 ON public.messages USING btree (account_id, rfc822_message_id) WHERE (rfc822_message_id IS NOT NULL);
CREATE INDEX messages_sender ON public.messages USING btree (user_id, from_address, received_at);
CREATE INDEX messages_thread ON public.messages USING btree (thread_id, received_at);

create table notes (
  id text not null,
  user_id text not null,
  message_id text not null,
  action_id text not null,
  text text not null,
  created_at text not null,
  UNIQUE (action_id),
  PRIMARY KEY (id),
  FOREIGN KEY (action_id) REFERENCES actions(id) ON DELETE CASCADE,
  FOREIGN KEY (message_id) REFERENCES messages(id) ON DELETE CASCADE,
  FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);
CREATE INDEX notes_message ON public.notes USING btree (message_id);

create table oauth_sign_ins (
  state_hash text not null,
  user_id text not null,
  account_id text,
  provider text not null,
  key_id text not null,
  nonce bytea not null,
  verifier bytea not null,
  redirect_uri text not null,
  scopes text not null,
  created_at text not null,
  expires_at text not null,
  PRIMARY KEY (state_hash),
  FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE,
  FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);

create table outbox (
  id text not null,
  user_id text not null,
  account_id text not null,
  action_id text not null,
  op_id text not null,
  state text not null,
  automatic integer not null,
  rfc822_message_id text not null,
  sender text not null,
  recipients_json text not null,
  thread_key text,
  raw bytea not null,
  raw_hash text not null,
  staged_id text,
  sent_id text,
  tries integer default 0 not null,
  looks integer default 0 not null,
  reason text,
  created_at text not null,
  updated_at text not null,
  UNIQUE (action_id),
  UNIQUE (op_id),
  PRIMARY KEY (id),
  FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE,
  FOREIGN KEY (action_id) REFERENCES actions(id) ON DELETE CASCADE,
  FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE,
  CHECK ((automatic = ANY (ARRAY[0, 1]))),
  CHECK ((state = ANY (ARRAY['prepared'::text, 'staged'::text, 'sending'::text, 'sent'::text, 'uncertain'::text, 'cancelled'::text])))
);
CREATE INDEX outbox_day ON public.outbox USING btree (account_id, created_at);
CREATE INDEX outbox_open ON public.outbox USING btree (user_id, state) WHERE (state <> ALL (ARRAY['sent'::text, 'cancelled'::text]));

create table rule_sets (
  user_id text not null,
  version bigint not null,
  PRIMARY KEY (user_id),
  FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);

create table rules_chat_messages (
  id text not null,
  user_id text not null,
  session_id text not null,
  role text not null,
  content text not null,
  proposals_json text default '[]'::text not null,
  created_at text not null,
  PRIMARY KEY (id),
  FOREIGN KEY (session_id) REFERENCES rules_chat_sessions(id) ON DELETE CASCADE,
  FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE,
  CHECK ((role = ANY (ARRAY['user'::text, 'assistant'::text])))
);
CREATE INDEX rules_chat_messages_session ON public.rules_chat_messages USING btree (session_id, id);

create table rules_chat_sessions (
  id text not null,
  user_id text not null,
  title text not null,
  state text not null,
  created_at text not null,
  updated_at text not null,
  PRIMARY KEY (id),
  FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE,
  CHECK ((state = ANY (ARRAY['open'::text, 'applied'::text, 'discarded'::text])))
);
CREATE INDEX rules_chat_sessions_user ON public.rules_chat_sessions USING btree (user_id, updated_at);

create table schedules (
  id text not null,
  user_id text,
  type text not null,
  cron text not null,
  time_zone text not null,
  payload_json text not null,
  enabled integer default 1 not null,
  missed text default 'run_once'::text not null,
  next_run_at text,
  last_run_at text,
  last_job_id text,
  created_at text not null,
  updated_at text not null,
  last_error text,
  PRIMARY KEY (id),
  CHECK ((enabled = ANY (ARRAY[0, 1]))),
  CHECK ((missed = ANY (ARRAY['run_once'::text, 'skip'::text])))
);
CREATE INDEX schedules_due ON public.schedules USING btree (next_run_at) WHERE (enabled = 1);
CREATE UNIQUE INDEX schedules_once ON public.schedules USING btree (COALESCE(user_id, ''::text), type, cron);

create table schema_migrations (
  id integer not null,
  name text not null,
  applied_at text not null,
  PRIMARY KEY (id)
);

create table send_pauses (
  account_id text not null,
  strikes integer not null,
  until text not null,
  PRIMARY KEY (account_id),
  FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE
);

create table senders (
  user_id text not null,
  address text not null,
  name text not null,
  importance integer default 0 not null,
  received_count integer default 0 not null,
  sent_count integer default 0 not null,
  last_seen_at text not null,
  PRIMARY KEY (user_id, address),
  FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);

create table sessions (
  id text not null,
  user_id text not null,
  kind text not null,
  token_hash text not null,
  created_at text not null,
  expires_at text not null,
  used_at text,
  revoked_at text,
  user_agent text,
  UNIQUE (token_hash),
  PRIMARY KEY (id),
  FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE,
  CHECK ((kind = ANY (ARRAY['session'::text, 'sign_in_link'::text])))
);
CREATE INDEX sessions_user ON public.sessions USING btree (user_id);

create table summaries (
  content_hash text not null,
  tier text not null,
  user_id text not null,
  message_id text,
  summary_json text not null,
  created_at text not null,
  PRIMARY KEY (user_id, content_hash, tier),
  FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);
CREATE INDEX summaries_message ON public.summaries USING btree (message_id) WHERE (message_id IS NOT NULL);

create table telegram_chats (
  chat_id bigint not null,
  user_id text not null,
  telegram_user_id bigint not null,
  settings_json text default '{}'::text not null,
  linked_at text not null,
  PRIMARY KEY (chat_id),
  FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);
CREATE INDEX telegram_chats_user ON public.telegram_chats USING btree (user_id);

create table threads (
  id text not null,
  user_id text not null,
  account_id text not null,
  provider_thread_key text,
  subject text not null,
  first_message_at text not null,
  last_message_at text not null,
  message_count integer not null,
  PRIMARY KEY (id),
  FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE,
  FOREIGN KEY (user_id) REFERENCES users(id) ON DELETE CASCADE
);
CREATE INDEX threads_newest ON public.threads USING btree (user_id, last_message_at, id);
CREATE UNIQUE INDEX threads_provider_key ON public.threads USING btree (account_id, provider_thread_key);

create table users (
  id text not null,
  email text not null,
  display_name text not null,
  time_zone text not null,
  locale text not null,
  preferences_json text default '{}'::text not null,
  password_hash text,
  created_at text not null,
  updated_at text not null,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX users_email ON public.users USING btree (email);

CREATE OR REPLACE FUNCTION public.actions_check_move()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
    begin
      if old.status <> new.status and not (
      (old.status = 'queued' and new.status in ('executing', 'canceled', 'rejected', 'approved_pending', 'failed'))
      or (old.status = 'executing' and new.status in ('completed', 'failed', 'canceled'))
      or (old.status = 'approved_pending' and new.status in ('queued', 'canceled', 'rejected'))
      ) then raise exception 'action status cannot move so' using errcode = 'check_violation'; end if;
      return new;
    end $function$;
