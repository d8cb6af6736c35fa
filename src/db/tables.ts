import type {
  ActionLinkRow,
  ActionRow,
  ApprovalRow,
  DecisionRow,
  LlmCallRow,
  NoteRow,
} from './acting-tables.ts';
import type {
  AccountRow,
  AttachmentRow,
  CredentialRow,
  LabelRow,
  LedgerRow,
  LocalLabelRow,
  LocalMailboxRow,
  LocalMessageRow,
  MessageContentRow,
  MessageLabelRow,
  MessageRow,
  SenderRow,
  ThreadRow,
} from './mail-tables.ts';
import type { ApiTokenRow, AuditRow, SessionRow, UserRow } from './people-tables.ts';
import type {
  AccountLeaseRow,
  CredentialKeyRow,
  GmailQuotaRow,
  ImapFolderRow,
  ImapMailboxRow,
  ImapMessageRow,
  OauthSignInRow,
} from './provider-tables.ts';
import type { QueueTables } from './queue-tables.ts';
import type {
  DeterministicRuleRow,
  DirectionRow,
  LlmRuleRow,
  RuleSetRow,
  RulesChatMessageRow,
  RulesChatSessionRow,
} from './rules-tables.ts';
import type { AccountEpochRow, AutoReplyRow, OutboxRow, SendPauseRow } from './sending-tables.ts';
import type {
  ChannelMessageRow,
  DigestItemRow,
  DigestMessageRow,
  DigestRow,
  DiscordWhitelistRow,
  SummaryRow,
  TelegramChatRow,
} from './telling-tables.ts';

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
  digest_messages: DigestMessageRow;
  summaries: SummaryRow;
  discord_whitelist: DiscordWhitelistRow;
  telegram_chats: TelegramChatRow;
  channel_messages: ChannelMessageRow;
  account_leases: AccountLeaseRow;
  credential_key: CredentialKeyRow;
  gmail_quota: GmailQuotaRow;
  oauth_sign_ins: OauthSignInRow;
  imap_mailboxes: ImapMailboxRow;
  imap_folders: ImapFolderRow;
  imap_messages: ImapMessageRow;
  outbox: OutboxRow;
  auto_replies: AutoReplyRow;
  send_pauses: SendPauseRow;
  account_epochs: AccountEpochRow;
  schema_migrations: SchemaMigrationRow;
}

export interface SchemaMigrationRow {
  id: number;
  name: string;
  applied_at: string;
}
