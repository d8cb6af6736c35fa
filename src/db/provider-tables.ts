import type { Bit } from './bit.ts';
import type { OutboxState } from './enums.ts';

export interface AccountLeaseRow {
  account_id: string;
  purpose: string;
  holder: string;
  /** Milliseconds since 1970. */
  expires_at: number;
}

export interface GmailQuotaRow {
  account_id: string;
  /** Milliseconds since 1970 until which what was used would take at the allowed rate. */
  spent_until: number;
  /** Milliseconds since 1970 until which the rate is halved. */
  slow_until: number;
  state_json: string;
}

export interface OauthSignInRow {
  state_hash: string;
  user_id: string;
  account_id: string | null;
  provider: string;
  key_id: string;
  nonce: Uint8Array;
  verifier: Uint8Array;
  redirect_uri: string;
  scopes: string;
  created_at: string;
  expires_at: string;
}

export interface ImapMailboxRow {
  account_id: string;
  next_modseq: number;
  oldest_modseq: number;
}

export interface ImapFolderRow {
  account_id: string;
  id: string;
  path: string;
  role: string | null;
  uid_validity: string | null;
  uid_next: number | null;
  highest_modseq: string | null;
  state_json: string;
}

export interface ImapMessageRow {
  account_id: string;
  id: string;
  modseq: number;
  added_modseq: number;
  folder_id: string;
  /** null while the message is in no folder that we know of. */
  uid: number | null;
  /** What tells that two sightings are the same message. */
  match_key: string;
  rfc822_message_id: string | null;
  internal_date: string;
  size_bytes: number;
  labels_json: string;
  flags_json: string;
  deleted: Bit;
}

export interface OutboxRow {
  id: string;
  user_id: string;
  account_id: string;
  action_id: string;
  op_id: string;
  state: OutboxState;
  automatic: Bit;
  rfc822_message_id: string;
  sender: string;
  recipients_json: string;
  thread_key: string | null;
  raw: Uint8Array;
  raw_hash: string;
  staged_id: string | null;
  sent_id: string | null;
  looks: number;
  reason: string | null;
  created_at: string;
  updated_at: string;
}

export interface AutoReplyRow {
  account_id: string;
  address: string;
  rule_id: string;
  domain: string;
  user_id: string;
  action_id: string;
  answered_at: string;
}
