import { FETCH_BYTES, FETCH_MESSAGES } from '#config/limits.ts';
import { FETCH_FIRST } from '#config/limits-ingest.ts';
import type { MailChange } from '#mail/port.ts';

/** Enough for the largest batch. */
const MAX_DOUBLINGS = 10;

/** Messages of one page that are fetched, parsed and stored together. */
export interface Batch {
  ids: string[];
  /** Those of them that are none of ours when they are older than the account's start. */
  onlyOurs?: ReadonlySet<string>;
  /** What happened to messages that are known; with the last batch of a page. */
  others: MailChange[];
  /** The mailbox has just listed them, rather than told of them as of something that happened. */
  listed?: boolean;
}

/**
 * Cuts a page into batches that fit into memory, the first of at most `first` messages and each next one twice as large.
 * There is always a last batch, which carries what is not new.
 */
export const batchesOf = (
  changes: readonly MailChange[],
  onlyOurs: ReadonlySet<string> = new Set(),
  first = FETCH_MESSAGES,
): Batch[] => {
  const batches: Batch[] = [];
  let ids: string[] = [];
  let bytes = 0;
  const seen = new Set<string>();
  for (const change of changes) {
    if (change.kind !== 'added' || seen.has(change.id)) continue;
    seen.add(change.id);
    const size = change.sizeBytes ?? FETCH_BYTES / FETCH_MESSAGES;
    const most = Math.min(FETCH_MESSAGES, first * 2 ** Math.min(batches.length, MAX_DOUBLINGS));
    if (ids.length > 0 && (ids.length >= most || bytes + size > FETCH_BYTES)) {
      batches.push({ ids, onlyOurs, others: [] });
      ids = [];
      bytes = 0;
    }
    ids.push(change.id);
    bytes += size;
  }
  batches.push({ ids, onlyOurs, others: changes.filter((c) => c.kind !== 'added') });
  return batches;
};

/** The same of what a mailbox lists: it may give them slowly, and somebody may be looking. */
export const batchesOfIds = (ids: readonly string[]): Batch[] =>
  batchesOf(
    ids.map((id): MailChange => ({ kind: 'added', id })),
    new Set(),
    FETCH_FIRST,
  ).map((batch) => ({ ...batch, listed: true }));
