// The maximums of digests and of what is read out of mail for them, each with its unit.

// insight
/** Characters and sentences of a summary. */
export const SUMMARY_CHARS = 500;
export const SUMMARY_SENTENCES = 3;
/** Characters of a message's text that are read for its summary and its reading time. */
export const INSIGHT_TEXT_CHARS = 20_000;
/** Words that a person reads in a minute. */
export const READING_WORDS_PER_MINUTE = 220;

// digests
/** Milliseconds that a user's first digest looks back. */
export const DIGEST_FIRST_SPAN_MS = 24 * 3_600_000;
/** Milliseconds after which mail that came in late, behind the end of a digest that is out, is no longer looked for. */
export const DIGEST_LATE_MS = 7 * 86_400_000;
/** Messages that are looked at in one step, and those that one digest covers. */
export const DIGEST_PAGE = 1_000;
export const DIGEST_MESSAGES = 50_000;
/** Threads and senders of one digest, and threads shown of one sender. */
export const DIGEST_GROUPS = 40;
export const DIGEST_SENDER_ENTRIES = 5;
/** Threads of one sender from which on they are shown together. */
export const DIGEST_SENDER_THREADS = 3;
/** New messages of one thread whose reading time counts. */
export const DIGEST_THREAD_MESSAGES = 10;
/** Characters of a subject, a name or an address in a digest. */
export const DIGEST_LINE_CHARS = 200;
/** Attachments that are named of one thread. */
export const DIGEST_ATTACHMENTS = 5;
/** Rules that had something done which one digest lists, kinds of action of each, and messages that are named. */
export const DIGEST_DONE = 20;
export const DIGEST_DONE_KINDS = 6;
export const DIGEST_DONE_EXAMPLES = 3;
/** Milliseconds before its window in which something that was done in it may have been decided. */
export const DIGEST_DONE_LATE_MS = 2 * 86_400_000;
/** Approvals that one digest lists. */
export const DIGEST_WAITING = 20;
/** Columns of a digest as plain text. */
export const DIGEST_TEXT_COLUMNS = 100;
/** Times that composing starts again because another digest was stored meanwhile. */
export const DIGEST_COMPOSE_TRIES = 5;
/** Digests that are looked through in one transaction for what they say of deleted mail. */
export const DIGEST_FORGET_DIGESTS = 20;
