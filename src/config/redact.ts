import type { Config } from './config.ts';
import { Secret } from './secret.ts';

const MASK = '********';

/** Text whose URLs have neither a password nor a token in their query. */
export const maskUrl = (text: string): string =>
  text
    .replace(/([a-z][a-z0-9+.-]{0,20}:\/\/[^\s/?#:@]{0,200}:)[^\s/?#]*(@)/gi, `$1${MASK}$2`)
    .replace(/([?&][\w.-]{0,40}(?:token|password|secret|key)[\w.-]{0,40}=)[^\s&#]*/gi, `$1${MASK}`);

const redact = (value: unknown): unknown => {
  if (value instanceof Secret) return MASK;
  if (typeof value === 'string') return maskUrl(value);
  if (Array.isArray(value)) return value.map(redact);
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, redact(inner)]));
  }
  return value;
};

/** The configuration as it may be shown: secrets are masked, durations are milliseconds. */
export const redacted = (config: Config): Record<string, Record<string, unknown>> =>
  redact(config) as Record<string, Record<string, unknown>>;
