// The maximums of what is asked of Gmail, each with its unit.

/** Milliseconds that one call may take with all that is tried again, and that one try may. */
export const GMAIL_CALL_MS = 60_000;
export const GMAIL_TRY_MS = 20_000;
/** Times that a call is tried, and milliseconds before the second try, doubled for each, and at most. */
export const GMAIL_TRIES = 4;
export const GMAIL_BACKOFF_MS = 1_000;
export const GMAIL_BACKOFF_MAX_MS = 64_000;
/**
 * Bytes of an answer once it is unpacked: of one that is no message, of a message in parts, whose attachments come apart, and
 * of a whole message in base64.
 */
export const GMAIL_ANSWER_BYTES = 4 * 1024 * 1024;
export const GMAIL_MESSAGE_BYTES = 1024 * 1024;
export const GMAIL_RAW_BYTES = 70 * 1024 * 1024;
/** Bytes of a raw message that goes along inside JSON; larger ones are uploaded. */
export const GMAIL_INLINE_BYTES = 4 * 1024 * 1024;
/** Bytes of a message that Gmail takes for sending. */
export const GMAIL_SEND_BYTES = 35 * 1024 * 1024;
/** Reads of one account under way at a time, of each lane. */
export const GMAIL_READS = 16;
/** Whole messages of any account read at a time: each may take all the memory that one answer may. */
export const GMAIL_RAW_READS = 1;
/** Bytes of an answer up to which it counts as small, and others that are read at a time, of all accounts. */
export const GMAIL_SMALL_BYTES = 256 * 1024;
export const GMAIL_LARGE_READS = 1;
/** Times its size that a whole message takes in base64, with what Gmail's estimate may be wrong by, and bytes beside it. */
export const GMAIL_RAW_FACTOR = 3;
/** Entries of one page of a list and of a history. */
export const GMAIL_LIST_PAGE = 500;
/** Messages of an account whose state is kept in memory, and records since then among which a change of one is looked for. */
export const GMAIL_SEEN_MESSAGES = 1_000;
export const GMAIL_SEEN_RECORDS = 100;
/** Pages of history in a row that may hold nothing. */
export const GMAIL_EMPTY_PAGES = 10;
/** Pages of what changed while a mailbox was surveyed: with more, it is begun again later. */
export const GMAIL_SURVEY_CHANGES = 20;
/**
 * Drafts, and sent messages, that are looked at for a mail of ours: no account may send more in a day. And milliseconds by
 * which clocks may disagree.
 */
export const GMAIL_TRACE_MESSAGES = 2_000;
export const GMAIL_TRACE_SKEW_MS = 120_000;
/** Milliseconds for which the list of labels is believed. */
export const GMAIL_LABELS_MS = 60_000;
/** Characters of a label's name. */
export const GMAIL_LABEL_CHARS = 225;

/** Milliseconds for which a limit that was hit halves the rate. */
export const GMAIL_SLOW_MS = 5 * 60_000;
/** Milliseconds that a call waits for units: one that somebody waits for, and one of bulk work. */
export const GMAIL_WAIT_MS = 30_000;
export const GMAIL_BULK_WAIT_MS = 120_000;
/** Milliseconds of the rate that bulk work may be ahead of the clock, and that one taking of units may be for. */
export const GMAIL_BULK_AHEAD_MS = 2_000;
export const GMAIL_CHUNK_MS = 1_000;
/** Milliseconds for which units that were taken are good. */
export const GMAIL_UNITS_MS = 2_000;
/** Milliseconds that sends of an account rest after Gmail refused one for its limit, and at most. */
export const GMAIL_SEND_REST_MS = 15 * 60_000;
export const GMAIL_SEND_REST_MAX_MS = 6 * 60 * 60_000;

/** Milliseconds between two looks at a mailbox that is told of by push. */
export const GMAIL_PUSH_POLL_MS = 10 * 60_000;
/** Notifications taken with one pull, and milliseconds that one waits for some. */
export const PUBSUB_MESSAGES = 100;
export const PUBSUB_PULL_MS = 55_000;
/** Milliseconds between two pulls after one that failed, at first and at most. */
export const PUBSUB_BACKOFF_MS = 1_000;
export const PUBSUB_BACKOFF_MAX_MS = 60_000;
/** Milliseconds after which a notification of a mailbox that nobody here serves is thrown away. */
export const PUBSUB_FOREIGN_MS = 10 * 60_000;
