// The maximums of mail that we send, each with its unit.

// mail
/** Recipients of one message: what Gmail takes over its API and over SMTP. */
export const SEND_RECIPIENTS = 100;
/** Characters of the text of a reply, a forward's note and a draft. */
export const SEND_TEXT_CHARS = 100_000;
/** Characters of what is quoted below an answer, and of the HTML of a message that is sent on. */
export const SEND_QUOTE_CHARS = 20_000;
export const SEND_HTML_CHARS = 500_000;
/** Characters of a subject, and of a name that stands with an address. */
export const SEND_SUBJECT_CHARS = 500;
export const SEND_NAME_CHARS = 200;
/** Characters of an address (RFC 5321 §4.5.3.1.3) and of a Message-ID. */
export const SEND_ADDRESS_CHARS = 254;
export const SEND_MESSAGE_ID_CHARS = 250;
/** Message ids in References: the first, and the last ones. */
export const SEND_REFERENCES = 20;
/** Bytes of a message as it is handed over, and of its attachments before they are encoded. */
export const SEND_BYTES = 35 * 1024 * 1024;
export const SEND_ATTACHMENT_BYTES = 25 * 1024 * 1024;
/** Attachments of one forward. */
export const SEND_ATTACHMENTS = 200;

// actions
/** Milliseconds of the window in which sent mail is counted. */
export const SEND_WINDOW_MS = 24 * 3_600_000;
/**
 * Milliseconds to wait before each look for a mail whose answer never came. They come to 10 minutes, in which mailboxes
 * learn of what they took.
 */
export const SEND_LOOK_WAITS_MS: readonly number[] = [15_000, 105_000, 480_000];
/** Milliseconds in which a send that another process began may still be on its way. */
export const SEND_CALL_MS = 5 * 60_000;
/** Times that one mail is handed over, each after it certainly had not left. */
export const SEND_TRIES = 10;
/** Milliseconds that an account sends nothing after its provider said it was too much: the first time, and at most. */
export const SEND_PAUSE_MS = 15 * 60_000;
export const SEND_PAUSE_MAX_MS = 24 * 3_600_000;
/** Milliseconds up to which a refusal for being too fast concerns one call, and not the account. */
export const SEND_BRIEF_MS = 2 * 60_000;
/** Attempts to send one mail: with the longest wait between two, its server may be out of reach for eight hours. */
export const SEND_ATTEMPTS = 100;
/** Milliseconds that a person has to approve what would be sent. */
export const SEND_APPROVAL_MS = 24 * 3_600_000;

// policy
/** Milliseconds in which one sender gets one automatic answer of one rule (RFC 5230 §4.2). */
export const AUTO_REPLY_AGAIN_MS = 7 * 24 * 3_600_000;
/** Automatic answers of one account to one domain in a day. */
export const AUTO_REPLIES_PER_DOMAIN = 4;
/** Milliseconds after which a mail is too old to be answered automatically. */
export const AUTO_REPLY_AGE_MS = 24 * 3_600_000;
