// The maximums of IMAP accounts, each with its unit.

/** Milliseconds for a connection, for the server's greeting, and for one command. */
export const IMAP_CONNECT_MS = 20_000;
export const IMAP_GREETING_MS = 15_000;
export const IMAP_COMMAND_MS = 60_000;
/** Bytes a second that a server delivers at least; a command that carries mail has as much more time. */
export const IMAP_SLOWEST_BYTES = 100 * 1024;
/** Milliseconds without work after which a connection for work is closed. */
export const IMAP_WORK_IDLE_MS = 60_000;
/** Milliseconds without work after which a kept connection is asked for a sign of life first, and for its answer. */
export const IMAP_TRUSTED_MS = 2_000;
export const IMAP_ALIVE_MS = 10_000;
/** Milliseconds after which IDLE is begun anew (RFC 2177 asks for less than 29 minutes). */
export const IMAP_IDLE_RENEW_MS = 9 * 60_000;
/** Milliseconds without a byte after which an idling connection is asked for a sign of life, and for its answer. */
export const IMAP_IDLE_SILENT_MS = 110_000;
export const IMAP_IDLE_ANSWER_MS = 40_000;
/** Milliseconds between two looks at a server that has no IDLE. */
export const IMAP_POLL_WITHOUT_IDLE_MS = 2 * 60_000;
/** Milliseconds in which what IDLE tells is gathered into one call. */
export const IMAP_GATHER_MS = 200;
/** Milliseconds before the first new connection after one was lost, at most, and before any. */
export const IMAP_RECONNECT_MS = 2_000;
export const IMAP_RECONNECT_MAX_MS = 5 * 60_000;
/** Bytes of one line, one literal, and one answer of a server. */
export const IMAP_LINE_BYTES = 16 * 1024 * 1024;
export const IMAP_LITERAL_BYTES = 64 * 1024 * 1024;
export const IMAP_RESPONSE_BYTES = 96 * 1024 * 1024;
/** Messages that are registered, and whose flags are read, with one command. */
export const IMAP_REGISTER_PAGE = 500;
export const IMAP_FLAGS_PAGE = 2_000;
/** UIDs of ours that are compared with the server's by one search. */
export const IMAP_COMPARE_PAGE = 5_000;
/** Newest messages of the inbox whose flags are read at each look, on servers that do not tell what changed. */
export const IMAP_FLAGS_RECENT = 1_000;
/** Milliseconds between two readings of all flags of a folder on such servers. */
export const IMAP_FLAGS_ALL_MS = 15 * 60_000;
/** Milliseconds between two comparisons of all UIDs of a folder. */
export const IMAP_COMPARE_ALL_MS = 24 * 3_600_000;
/** Milliseconds that a message which is gone stays in the mirror at least, to be told of, and how many are forgotten at once. */
export const IMAP_TOMBSTONE_MS = 30 * 24 * 3_600_000;
export const IMAP_FORGET_PAGE = 500;
/** Times that one look begins again because mail moved meanwhile. */
export const IMAP_SCAN_ROUNDS = 4;
/** Bytes of mail that one command fetches. */
export const IMAP_FETCH_BYTES = 16 * 1024 * 1024;
/** Folders of one account that are looked at, and keywords that are taken for labels. */
export const IMAP_FOLDERS = 2_000;
export const IMAP_LABELS = 500;
/** Copies of a message that are marked when it was answered. */
export const IMAP_ANSWERED = 5;
/** Characters of a keyword: Dovecot keeps no longer ones. */
export const IMAP_KEYWORD_CHARS = 50;
/** Characters of a folder's or a label's name. */
export const IMAP_NAME_CHARS = 200;
/** Characters of a Message-ID that is remembered. */
export const IMAP_MESSAGE_ID_CHARS = 400;

/** Milliseconds for a connection to an SMTP server, for its greeting, and without a byte. */
export const SMTP_CONNECT_MS = 20_000;
export const SMTP_GREETING_MS = 15_000;
export const SMTP_SILENT_MS = 60_000;
