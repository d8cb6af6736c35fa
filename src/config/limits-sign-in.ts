// The maximums of signing in to mailboxes and of the keys that sign-ins are encrypted with, each with its unit.

/** Characters of one credential: a password, a token. */
export const CREDENTIAL_CHARS = 16_384;
/** Characters that a configured encryption key must have. */
export const ENCRYPTION_KEY_CHARS = 16;
/** Times that storing a credential starts again because the key was changed meanwhile. */
export const KEY_MOVED_TRIES = 5;
/** Milliseconds that the keychain of the system may take, and bytes that it may answer. */
export const KEYCHAIN_MS = 60_000;
export const KEYCHAIN_ANSWER_BYTES = 4_096;
