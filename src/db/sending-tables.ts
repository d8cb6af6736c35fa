import type { Bit } from './bit.ts';
import type { OutboxState } from './enums.ts';

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
  /** Empty once it is sent or cancelled. */
  raw: Uint8Array;
  raw_hash: string;
  staged_id: string | null;
  sent_id: string | null;
  tries: number;
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

export interface SendPauseRow {
  account_id: string;
  /** Times in a row that the provider said it was too much. */
  strikes: number;
  until: string;
}

export interface AccountEpochRow {
  account_id: string;
  restored_at: string;
  /** Whether the mailbox was listed since. */
  reconciled: Bit;
}
