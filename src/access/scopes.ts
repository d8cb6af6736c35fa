/** What a token may do, each including those before it. */
export const SCOPES = ['read', 'act', 'admin'] as const;

/** read: see everything of the user. act: also approve, undo, and change rules. admin: also accounts, settings and tokens. */
export type Scope = (typeof SCOPES)[number];

/** Whether any of `held` includes `needed`. */
export const allows = (held: readonly Scope[], needed: Scope): boolean =>
  held.some((scope) => SCOPES.indexOf(scope) >= SCOPES.indexOf(needed));
