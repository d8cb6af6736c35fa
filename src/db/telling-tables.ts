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

export interface DigestMessageRow {
  message_id: string;
  user_id: string;
  digest_id: string;
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
