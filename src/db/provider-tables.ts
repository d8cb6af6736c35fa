import type { Bit } from './bit.ts';

export interface AccountLeaseRow {
  account_id: string;
  purpose: string;
  holder: string;
  /** Milliseconds since 1970. */
  expires_at: number;
}

/** One row: the key that credentials are encrypted with. */
export interface CredentialKeyRow {
  one: number;
  key_id: string;
  since: string;
}

export interface GmailQuotaRow {
  account_id: string;
  /** Milliseconds since 1970 until which what was used would take at the allowed rate. */
  spent_until: number;
  /** Milliseconds since 1970 until which the rate is halved. */
  slow_until: number;
  /** Milliseconds since 1970 until which Google wants no call at all, none of the whole project, and no send. */
  blocked_until: number;
  project_until: number;
  sends_until: number;
  /** Milliseconds that sends rested the last time. */
  send_rest_ms: number;
  /** Minutes since 1970, and the units of that minute and of the one before. */
  minute: number;
  minute_units: number;
  last_minute_units: number;
  /** Of the quota, such as 2026-01-15, and its units. */
  day: string;
  day_units: number;
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
  /** What labels are called whose keywords say it badly. */
  state_json: string;
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
  /** Those of them that the server does not keep. */
  kept_labels_json: string;
  flags_json: string;
  deleted: Bit;
}
