// Every maximum of taking in mail and of watching mailboxes, each with its unit; what ingest has besides is in limits.ts.

/** Batches that are fetched and parsed while one is stored. */
export const FETCH_AHEAD = 2;
/** Messages of a page that a mailbox elsewhere is asked for first, so that some are soon there to be seen. */
export const FETCH_FIRST = 8;
/** Attempt of a job from which on messages that could not be fetched together are asked for one by one, so many at once. */
export const FETCH_APART_ATTEMPT = 2;
export const FETCH_APART = 8;
/** Milliseconds after which a message that was said to be gone when it was first asked for is asked for once more. */
export const GONE_AGAIN_MS = 60_000;
/** Times that a message is asked for which its mailbox answers with an error: about eight hours. */
export const MESSAGE_ATTEMPTS = 100;
/** Days of older mail that a new account brings in, where its provider does not say. */
export const BACKFILL_DAYS = 30;
/** Newest messages of a new account that are decided before all the rest of its older mail, and the priority of that. */
export const FIRST_SORTED = 500;
export const FIRST_SORTED_PRIORITY = 5;
/** Milliseconds after which mail that is found late counts as old: nobody waits for it. */
export const LATE_MAIL_MS = 86_400_000;
/** Labels that an account remembers to have looked for in vain. */
export const SOUGHT_LABELS = 100;
/** Milliseconds between two notes that a mailbox was looked into and had nothing new. */
export const SYNC_NOTE_MS = 60_000;
/** Times that a message is compared again because a sync moved on meanwhile. */
export const SURVEY_RACE_TRIES = 5;
/** Messages that a reconcile asks for one by one before it marks them gone, in one transaction. */
export const GONE_BATCH = 50;

/** Milliseconds for which a process that watches a mailbox is taken to be alive. */
export const WATCH_LEASE_MS = 90_000;
/** Messages from whose times the rhythm of a mailbox is told. */
export const RHYTHM_MESSAGES = 50;
/** Times the longest usual pause after which a watch that was silent is looked after, and the least and most ms of that. */
export const SILENCE_FACTOR = 2;
export const SILENCE_LEAST_MS = 15 * 60_000;
export const SILENCE_MOST_MS = 86_400_000;
/** Times that limit after which the owner is told that no mail comes any more. */
export const SILENCE_TOLD = 4;
/** Milliseconds without a look into a mailbox that worked after which its owner is told. */
export const SYNC_OVERDUE_MS = 30 * 60_000;
/** Messages from which it is told how long mail takes to come in. */
export const LAG_MESSAGES = 50;
