import type { Generated } from 'kysely';
import type { SessionKind } from './enums.ts';

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
