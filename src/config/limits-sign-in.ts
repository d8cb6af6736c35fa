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
/** Milliseconds that one call of a token endpoint may take, and bytes of its answer. */
export const TOKEN_CALL_MS = 20_000;
export const TOKEN_ANSWER_BYTES = 64 * 1024;
/** Milliseconds before its end from which an access token is no longer used. */
export const TOKEN_MARGIN_MS = 60_000;
/** Milliseconds that a token without a word about its end is taken to last. */
export const TOKEN_DEFAULT_MS = 5 * 60_000;
/** Milliseconds for which one process may renew a token alone: more than its call may take. */
export const TOKEN_LEASE_MS = 60_000;
/** Milliseconds between two looks whether another process has renewed it, and after which waiting is given up. */
export const TOKEN_LOOK_MS = 100;
export const TOKEN_WAIT_MS = 90_000;
/** Milliseconds before its end in which the schedule renews a token: more than the time between two of its runs. */
export const TOKEN_RENEW_MS = 20 * 60_000;
/** Milliseconds in which a sign-in that was begun must be ended. */
export const SIGN_IN_MS = 10 * 60_000;
/** Bytes of the file that Google gives for an OAuth client. */
export const CLIENT_FILE_BYTES = 64 * 1024;
/** Milliseconds that the clock of this machine may differ from that of a server before it is told. */
export const CLOCK_OFF_MS = 5 * 60_000;
/** Characters of the address, state, code and error that a sign-in comes back with. */
export const CALLBACK_CHARS = 4_096;
