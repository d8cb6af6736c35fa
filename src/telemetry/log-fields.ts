import { LOG_DEPTH, LOG_ENTRIES, LOG_TEXT_CHARS } from '#config/limits.ts';
import { maskUrl } from '#config/redact.ts';
import { isAppError } from '#std/errors.ts';
import type { LogFields } from './log.ts';

const SECRET_NAME = /token|secret|passw|authorization|cookie|api_?key|credential|private_?key/i;
const NOT_SECRET = /tokens$|_hash$|token_id$|credential_id$/i;
const ADDRESS = /[^\s@<>"'(),:;[\]]{1,64}@[^\s@<>"'(),:;[\]]{1,255}/g;

interface Rules {
  /** Whether mail addresses may be shown: in debug lines only. */
  addresses: boolean;
}

const safeText = (text: string, { addresses }: Rules): string => {
  const cut = text.length > LOG_TEXT_CHARS ? `${text.slice(0, LOG_TEXT_CHARS)}…` : text;
  const masked = cut.includes('://') ? maskUrl(cut) : cut;
  return addresses || !masked.includes('@') ? masked : masked.replace(ADDRESS, '[address]');
};

const safeError = (error: Error, rules: Rules, depth: number): LogFields => {
  const code: unknown = (error as { code?: unknown }).code;
  return {
    type: error.name,
    ...(code === undefined ? {} : { code: safeValue(code, rules, depth) }),
    message: safeText(error.message, rules),
    ...(isAppError(error)
      ? { kind: error.kind, ...safeRecord(error.fields, rules, depth) }
      : { stack: safeText(error.stack ?? '', rules) }),
    ...(error.cause === undefined ? {} : { cause: safeValue(error.cause, rules, depth) }),
  };
};

const safeRecord = (record: object, rules: Rules, depth: number): Record<string, unknown> => {
  const safe: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(record).slice(0, LOG_ENTRIES)) {
    const hidden = SECRET_NAME.test(key) && !NOT_SECRET.test(key) && value !== null && value !== undefined;
    safe[key] = hidden ? '[secret]' : safeValue(value, rules, depth);
  }
  return safe;
};

const safeValue = (value: unknown, rules: Rules, depth: number): unknown => {
  if (typeof value === 'string') return safeText(value, rules);
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'function' || typeof value === 'symbol') return `[${typeof value}]`;
  if (typeof value !== 'object' || value === null) return value;
  if (depth >= LOG_DEPTH) return '[deep]';
  if (value instanceof Error) return safeError(value, rules, depth + 1);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if ('toJSON' in value && typeof value.toJSON === 'function')
    return safeValue(value.toJSON(), rules, depth + 1);
  if (Array.isArray(value))
    return value.slice(0, LOG_ENTRIES).map((entry) => safeValue(entry, rules, depth + 1));
  return safeRecord(value, rules, depth + 1);
};

/**
 * Fields as they may be written: what is named like a secret is masked, so are passwords in URLs and, but for debug lines,
 * mail addresses; what is long, deep or many is cut.
 */
export const safeFields = (fields: LogFields, rules: Rules): Record<string, unknown> =>
  safeRecord(fields, rules, 0);
