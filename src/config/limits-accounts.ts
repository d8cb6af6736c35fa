// The maximums of connecting, showing and removing accounts, each with its unit.

/** Messages whose rows go in one transaction when an account is removed: everything that hangs on them goes with them. */
export const REMOVE_MESSAGES = 50;
/** Rows of the ledger and of a mailbox's mirror, and senders, that are looked at in one such transaction. */
export const REMOVE_ROWS = 1_000;
/** Actions of a removed account that are ended in one transaction. */
export const REMOVE_ACTIONS = 100;
/** Jobs that are looked at in one step for those of a removed account. */
export const REMOVE_JOBS = 500;
/** Milliseconds that a removal may take before it goes on in another attempt. */
export const REMOVE_MS = 6 * 3_600_000;
