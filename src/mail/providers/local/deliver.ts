import type { Tx } from '#db/db.ts';
import { CopyCounter, contentHash } from '#mail/content-hash.ts';
import type { Flag } from '#mail/message.ts';
import type { Instant } from '#std/time.ts';
import { labelFor, systemLabel } from './labels.ts';
import { tellListeners } from './listeners.ts';
import { addLabel, addMessages } from './store.ts';

/** A message to put into a local mailbox. */
export interface LocalDelivery {
  raw: Uint8Array;
  /** When it was received. */
  date: Instant;
  /** Names; labels that are not there are made. None at all: it counts as archived. */
  labels: readonly string[];
  flags: readonly Flag[];
  /** `contentHash(raw)`, where it is known already. */
  hash?: string;
  /** Which of equal messages it is, from 1. Without it, equal messages are counted within this call. */
  copy?: number;
}

const HASH_CHARS = 32;

/**
 * Puts messages into a local mailbox, in the caller's transaction; who watches it hears of them after the commit. A
 * message is known by its bytes: what is there already is left as it is, and what was deleted does not come back.
 * Returns the ids of what was added, in no set order.
 */
export const deliver = async (
  tx: Tx,
  { accountId, mails }: { accountId: string; mails: readonly LocalDelivery[] },
): Promise<string[]> => {
  const copies = new CopyCounter();
  const labelIds = await ensureLabels(tx, accountId, mails);
  const items = mails.map((mail) => {
    const hash = mail.hash ?? contentHash(mail.raw);
    const copy = mail.copy ?? copies.next(hash);
    const labels = [...new Set(mail.labels.map((name) => labelIds.get(name) ?? name))];
    return {
      id: messageId(hash, copy),
      hash,
      copy,
      raw: mail.raw,
      date: mail.date,
      labels,
      flags: mail.flags,
    };
  });
  const added = await addMessages(tx, accountId, items);
  if (added.length > 0) tx.afterCommit(() => tellListeners(accountId));
  return added;
};

/** The id of the message with that content. */
export const messageId = (hash: string, copy = 1): string =>
  hash.slice(0, HASH_CHARS) + (copy === 1 ? '' : `-${copy}`);

const ensureLabels = async (
  tx: Tx,
  accountId: string,
  mails: readonly LocalDelivery[],
): Promise<Map<string, string>> => {
  const ids = new Map<string, string>();
  for (const { labels } of mails) {
    for (const name of labels) {
      if (ids.has(name)) continue;
      const system = systemLabel(name);
      const label = system ?? labelFor(name);
      ids.set(name, label.id);
      if (!system) await addLabel(tx, accountId, label);
    }
  }
  return ids;
};
