// The maximums of signing in to mailboxes and of the keys that sign-ins are encrypted with, each with its unit.

/** Milliseconds that a job waits whose attempt ended while what it waits for came about. */
export const JOB_WOKEN_MS = 1_000;
/** Milliseconds for which it is known when jobs were woken: longer than any attempt. */
export const JOB_WAKE_KEEP_MS = 7 * 86_400_000;
/** Characters of one credential: a password, a token. */
export const CREDENTIAL_CHARS = 16_384;
/** Characters that a configured encryption key must have. */
export const ENCRYPTION_KEY_CHARS = 16;
/** Times that storing a credential starts again because the key was changed meanwhile. */
export const KEY_MOVED_TRIES = 5;
/** Milliseconds that the keychain of the system may take, and bytes that it may answer. */
export const KEYCHAIN_MS = 60_000;
export const KEYCHAIN_ANSWER_BYTES = 4_096;
