import type { Generated } from 'kysely';
import type {
  AccountStatus,
  ActionStatus,
  ApprovalState,
  DecisionSource,
  LedgerState,
  LinkRelation,
  RuleScope,
  SafeMode,
  SessionKind,
} from './enums.ts';
import type { QueueTables } from './queue-tables.ts';

/** Rows as the database holds them: instants and JSON as text, booleans as 0 and 1. Each room's store turns them into its own types. */
export interface Tables extends QueueTables {
  users: UserRow;
  sessions: SessionRow;
  api_tokens: ApiTokenRow;
  audit_log: AuditRow;
  accounts: AccountRow;
  credentials: CredentialRow;
  labels: LabelRow;
  threads: ThreadRow;
  messages: MessageRow;
  message_contents: MessageContentRow;
  message_labels: MessageLabelRow;
  attachments: AttachmentRow;
  senders: SenderRow;
  message_ledger: LedgerRow;
  local_mailboxes: LocalMailboxRow;
  local_labels: LocalLabelRow;
  local_messages: LocalMessageRow;
  rule_sets: RuleSetRow;
  deterministic_rules: DeterministicRuleRow;
  llm_rules: LlmRuleRow;
  directions: DirectionRow;
  rules_chat_sessions: RulesChatSessionRow;
  rules_chat_messages: RulesChatMessageRow;
  decisions: DecisionRow;
  actions: ActionRow;
  action_links: ActionLinkRow;
  notes: NoteRow;
  approvals: ApprovalRow;
  llm_calls: LlmCallRow;
  digests: DigestRow;
  digest_items: DigestItemRow;
  summaries: SummaryRow;
  discord_whitelist: DiscordWhitelistRow;
  telegram_chats: TelegramChatRow;
  channel_messages: ChannelMessageRow;
  schema_migrations: SchemaMigrationRow;
}

export type Bit = 0 | 1;

export interface SchemaMigrationRow {
  id: number;
  name: string;
  applied_at: string;
}

export interface UserRow {
  id: string;
  email: string;
  display_name: string;
  time_zone: string;
  locale: string;
  preferences_json: string;
  password_hash: string | null;
  created_at: string;
  updated_at: string;
}

export interface SessionRow {
  id: string;
  user_id: string;
  kind: SessionKind;
  token_hash: string;
  created_at: string;
  expires_at: string;
  used_at: string | null;
  revoked_at: string | null;
  user_agent: string | null;
}

export interface ApiTokenRow {
  id: string;
  user_id: string;
  name: string;
  token_hash: string;
  scopes_json: string;
  created_at: string;
  last_used_at: string | null;
  expires_at: string | null;
  revoked_at: string | null;
}

export interface AuditRow {
  seq: Generated<number>;
  id: string;
  user_id: string;
  at: string;
  actor: string;
  channel: string;
  action: string;
  subject_type: string;
  subject_id: string;
  details_json: string;
  trace_id: string | null;
}

export interface AccountRow {
  id: string;
  user_id: string;
  provider: string;
  email: string;
  display_name: string;
  status: AccountStatus;
  status_reason: string | null;
  config_json: string;
  state_json: string;
  sync_cursor: string | null;
  created_at: string;
  updated_at: string;
}

export interface CredentialRow {
  account_id: string;
  field: string;
  user_id: string;
  key_id: string;
  nonce: Uint8Array;
  ciphertext: Uint8Array;
  updated_at: string;
}

export interface LabelRow {
  id: string;
  user_id: string;
  account_id: string;
  provider_label_id: string;
  name: string;
  label_type: 'system' | 'user';
  role: string | null;
  description: string | null;
  available_to_classifier: Bit;
  visible: Bit;
  background_color: string | null;
  text_color: string | null;
  deleted_at: string | null;
  created_at: string;
  updated_at: string;
}

export interface ThreadRow {
  id: string;
  user_id: string;
  account_id: string;
  provider_thread_key: string | null;
  subject: string;
  first_message_at: string;
  last_message_at: string;
  message_count: number;
}

export interface MessageRow {
  seq: Generated<number>;
  id: string;
  user_id: string;
  account_id: string;
  thread_id: string;
  provider_message_id: string;
  rfc822_message_id: string | null;
  from_address: string;
  from_name: string;
  from_json: string;
  reply_to_json: string;
  to_json: string;
  cc_json: string;
  bcc_json: string;
  subject: string;
  snippet: string;
  received_at: string;
  internal_date: string;
  sent_at: string | null;
  labels_json: string;
  flags_json: string;
  headers_json: string;
  size_bytes: number;
  has_attachments: Bit;
  has_calendar: Bit;
  in_reply_to: string | null;
  references_json: string;
  notes_json: string;
  gone_at: string | null;
  created_at: string;
}

export interface MessageContentRow {
  message_id: string;
  user_id: string;
  body_plain: string;
  /** null when the whole text is new, so that it is not stored twice. */
  body_new: string | null;
  body_html: string | null;
  raw: Uint8Array | null;
}

export interface MessageLabelRow {
  account_id: string;
  provider_label_id: string;
  received_at: string;
  message_id: string;
  thread_id: string;
  user_id: string;
}

export interface AttachmentRow {
  message_id: string;
  position: number;
  user_id: string;
  filename: string;
  mime_type: string;
  size_bytes: number;
  content_id: string | null;
  inline: Bit;
}

export interface SenderRow {
  user_id: string;
  address: string;
  name: string;
  importance: number;
  received_count: number;
  /** How often the user has written to this address. */
  sent_count: number;
  last_seen_at: string;
}

export interface LedgerRow {
  account_id: string;
  provider_message_id: string;
  user_id: string;
  state: LedgerState;
  reason: string | null;
  message_id: string | null;
  first_seen_at: string;
  updated_at: string;
}

export interface LocalMailboxRow {
  account_id: string;
  next_modseq: number;
  oldest_modseq: number;
}

export interface LocalLabelRow {
  account_id: string;
  id: string;
  name: string;
  role: string | null;
}

export interface LocalMessageRow {
  account_id: string;
  id: string;
  modseq: number;
  content_hash: string;
  copy: number;
  internal_date: string;
  size_bytes: number;
  labels_json: string;
  flags_json: string;
  deleted: Bit;
  raw: Uint8Array | null;
}

export interface RuleSetRow {
  user_id: string;
  version: number;
}

export interface DeterministicRuleRow {
  id: string;
  user_id: string;
  name: string;
  scope: RuleScope;
  scope_ref: string | null;
  priority: number;
  enabled: Bit;
  disabled_reason: string | null;
  conditions_json: string;
  actions_json: string;
  continue_matching: Bit;
  safe_mode: SafeMode;
  shadow: Bit;
  hits: number;
  last_hit_at: string | null;
  created_at: string;
  updated_at: string;
}

export interface LlmRuleRow {
  id: string;
  user_id: string;
  name: string;
  text: string;
  scope: RuleScope;
  scope_ref: string | null;
  priority: number;
  enabled: Bit;
  disabled_reason: string | null;
  mode: 'shadow' | 'act';
  hits: number;
  last_hit_at: string | null;
  created_at: string;
  updated_at: string;
}

export interface DirectionRow {
  id: string;
  user_id: string;
  position: number;
  text: string;
  blocked_actions_json: string;
  enabled: Bit;
  created_at: string;
  updated_at: string;
}

export interface RulesChatSessionRow {
  id: string;
  user_id: string;
  title: string;
  state: 'open' | 'applied' | 'discarded';
  created_at: string;
  updated_at: string;
}

export interface RulesChatMessageRow {
  id: string;
  user_id: string;
  session_id: string;
  role: 'user' | 'assistant';
  content: string;
  proposals_json: string;
  created_at: string;
}

export interface DecisionRow {
  id: string;
  user_id: string;
  account_id: string;
  message_id: string;
  /** Why it was judged: `arrival`, or the id of a later command. One decision per message and occasion. */
  occasion: string;
  source: DecisionSource;
  decision_json: string;
  confidence: number;
  needs_approval: Bit;
  rationale: string;
  telemetry_json: string;
  trace_id: string | null;
  created_at: string;
}

export interface ActionRow {
  id: string;
  user_id: string;
  account_id: string;
  message_id: string;
  decision_id: string | null;
  rule_id: string | null;
  source: DecisionSource;
  action_type: string;
  parameters_json: string;
  /** Decision, type and parameters in one text: at most one live action per message has it. */
  identity: string;
  status: ActionStatus;
  confidence: number;
  reasons_json: string;
  /** When policy gave its verdict; never older than the action. */
  reviewed_at: string;
  /** SHA-256 of the action that a person said yes to; null when nobody was asked. */
  approved_hash: string | null;
  error_message: string | null;
  before_json: string | null;
  undo_hint_json: string | null;
  trace_id: string | null;
  created_at: string;
  updated_at: string;
  executed_at: string | null;
}

export interface ActionLinkRow {
  cause_action_id: string;
  effect_action_id: string;
  relation_type: LinkRelation;
  user_id: string;
  created_at: string;
}

export interface NoteRow {
  id: string;
  user_id: string;
  message_id: string;
  action_id: string;
  text: string;
  created_at: string;
}

export interface ApprovalRow {
  id: string;
  user_id: string;
  action_id: string;
  state: ApprovalState;
  /** SHA-256 of the stored action: what was shown is what is approved. */
  action_hash: string;
  button_hash: string;
  reasons_json: string;
  created_at: string;
  expires_at: string;
  decided_at: string | null;
  decided_by: string | null;
  decided_via: string | null;
}

export interface LlmCallRow {
  id: string;
  user_id: string;
  message_id: string | null;
  purpose: string;
  provider: string;
  model: string;
  prompt_hash: string;
  prompt_bytes: number;
  input_tokens: number;
  output_tokens: number;
  cost_micros: number;
  latency_ms: number;
  outcome: string;
  response_json: string | null;
  trace_id: string | null;
  created_at: string;
}

export interface DigestRow {
  id: string;
  user_id: string;
  schedule_id: string | null;
  window_from: string;
  window_to: string;
  state: 'composed' | 'delivered' | 'failed';
  content_json: string;
  occasion: string;
  created_at: string;
}

export interface DigestItemRow {
  digest_id: string;
  position: number;
  user_id: string;
  section: string;
  message_id: string | null;
  thread_id: string | null;
  item_json: string;
}

export interface SummaryRow {
  content_hash: string;
  tier: string;
  user_id: string;
  message_id: string | null;
  summary_json: string;
  created_at: string;
}

export interface DiscordWhitelistRow {
  user_id: string;
  discord_user_id: string;
  added_at: string;
}

export interface TelegramChatRow {
  chat_id: number;
  user_id: string;
  telegram_user_id: number;
  settings_json: string;
  linked_at: string;
}

export interface ChannelMessageRow {
  id: string;
  user_id: string;
  channel: string;
  subject_type: string;
  subject_id: string;
  remote_id: string;
  remote_json: string;
  posted_at: string;
}
