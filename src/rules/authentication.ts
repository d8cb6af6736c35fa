export const AUTH_METHODS = ['spf', 'dkim', 'dmarc'] as const;
export type AuthMethod = (typeof AUTH_METHODS)[number];

export const AUTH_RESULTS = ['pass', 'fail', 'none', 'unknown'] as const;
export type AuthResult = (typeof AUTH_RESULTS)[number];

export type AuthResults = Record<AuthMethod, AuthResult>;

export const UNKNOWN_AUTH: AuthResults = { spf: 'unknown', dkim: 'unknown', dmarc: 'unknown' };

const RESULT_OF: Record<string, AuthResult> = {
  pass: 'pass',
  fail: 'fail',
  softfail: 'fail',
  policy: 'fail',
  hardfail: 'fail',
  none: 'none',
  neutral: 'none',
  temperror: 'none',
  permerror: 'none',
};

/** RFC 8601 §2.2 allows comments in brackets nearly everywhere, and they may hold anything, so they go first. */
const withoutComments = (value: string): string => {
  let out = '';
  let depth = 0;
  let quoted = false;
  for (let i = 0; i < value.length; i++) {
    const c = value[i];
    if (c === '\\') {
      if (depth === 0) out += value.slice(i, i + 2);
      i++;
    } else if (c === '"' && depth === 0) {
      quoted = !quoted;
      out += c;
    } else if (c === '(' && !quoted) depth++;
    else if (c === ')' && !quoted && depth > 0) {
      depth--;
      out += ' ';
    } else if (depth === 0) out += c;
  }
  return out;
};

/** Semicolons inside quotes part nothing. */
const statements = (value: string): string[] => value.match(/(?:"(?:[^"\\]|\\.)*"|[^;])+/g) ?? [];

/** pass beats fail beats none: one good signature is enough (RFC 6376 §6.1). */
const better = (a: AuthResult, b: AuthResult): AuthResult => {
  const order: AuthResult[] = ['unknown', 'none', 'fail', 'pass'];
  return order.indexOf(b) > order.indexOf(a) ? b : a;
};

/**
 * What the account's own mail server found out about SPF, DKIM and DMARC (RFC 8601). Only the topmost
 * Authentication-Results header counts, and only when its authserv-id is the one the account trusts: anything below it, or
 * under another name, the sender may have written. Everything else is 'unknown'.
 * @param headers in order, lower-case names
 * @param trustedId such as `mx.google.com`; null when the account has none
 */
export const authenticationResults = (
  headers: readonly (readonly [name: string, value: string])[],
  trustedId: string | null,
): AuthResults => {
  const top = headers.find(([name]) => name === 'authentication-results');
  if (!top || trustedId === null) return UNKNOWN_AUTH;
  const [head = '', ...found] = statements(withoutComments(top[1]));
  const id = head.trim().split(/\s+/)[0]?.replaceAll('"', '') ?? '';
  if (id === '' || id.toLowerCase() !== trustedId.toLowerCase()) return UNKNOWN_AUTH;

  const results: AuthResults = { ...UNKNOWN_AUTH };
  for (const statement of found) {
    const m = /^\s*(spf|dkim|dmarc)(?:\s*\/\s*\d+)?\s*=\s*([a-z]+)/i.exec(statement);
    const method = m?.[1]?.toLowerCase() as AuthMethod | undefined;
    if (method)
      results[method] = better(results[method], RESULT_OF[m?.[2]?.toLowerCase() ?? ''] ?? 'unknown');
  }
  return results;
};
