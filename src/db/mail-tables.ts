import type { Generated } from 'kysely';
import type { Bit } from './bit.ts';
import type { AccountStatus, LedgerState } from './enums.ts';

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
  /** The modseq it arrived with: what tells new from changed. */
  added_modseq: number;
  content_hash: string;
  copy: number;
  internal_date: string;
  size_bytes: number;
  labels_json: string;
  flags_json: string;
  deleted: Bit;
  raw: Uint8Array | null;
}
