import { listAccounts } from '#accounts/store.ts';
import {
  DIGEST_FIRST_SPAN_MS,
  DIGEST_LATE_MS,
  DIGEST_MESSAGES,
  DIGEST_PAGE,
} from '#config/limits-digests.ts';
import type { Db, Sql } from '#db/db.ts';
import { listLabels } from '#mail/label-store.ts';
import type { TimePlace } from '#mail/thread-list-store.ts';
import { type UnreadPlace, unreadOfLabel } from '#mail/unread-store.ts';
import { type Instant, toInstant, toMs } from '#std/time.ts';
import { alreadyCovered, digestEdges } from './store.ts';

/** One unread message that a digest covers; what a stranger wrote is looked up later. */
export type CoveredMail = UnreadPlace;

/** What one digest is about: a stretch of time that starts where the last one ended, and the mail that no other has covered. */
export interface Window {
  /** Inclusive: where the user's last digest ended. */
  from: Instant;
  /** Exclusive. */
  to: Instant;
  /** Whether this is the user's first digest. */
  first: boolean;
  /** Newest first. */
  mail: readonly CoveredMail[];
}

/** null when an earlier digest reaches up to `to` already: there is nothing to tell. */
export const openWindow = async (db: Db, o: { userId: string; to: Instant }): Promise<Window | null> => {
  const edges = await digestEdges(db, o.userId);
  const from = edges?.end ?? toInstant(toMs(o.to) - DIGEST_FIRST_SPAN_MS);
  if (from >= o.to) return null;
  // Late mail is looked for behind the last end, but never behind the first window: that is where digests begin.
  const late = toInstant(toMs(from) - DIGEST_LATE_MS);
  const earliest = edges && late > edges.start ? late : (edges?.start ?? from);
  const mail = await uncovered(db, { userId: o.userId, from: earliest, to: o.to });
  return { from, to: o.to, first: edges === undefined, mail };
};

interface Stretch {
  userId: string;
  from: Instant;
  to: Instant;
}

/** Unread mail of every inbox of the user in that stretch, that no digest has covered; newest first. */
const uncovered = async (sql: Sql, s: Stretch): Promise<CoveredMail[]> => {
  const inboxes = (await listLabels(sql, { userId: s.userId })).filter((label) => label.role === 'inbox');
  const made = new Map((await listAccounts(sql, s.userId)).map((a) => [a.id, a.createdAt]));
  const found = new Map<string, CoveredMail>();
  for (const inbox of inboxes) {
    // What a new account brings along is old mail, not news.
    const floor = toInstant(toMs(made.get(inbox.accountId) ?? s.from) - DIGEST_FIRST_SPAN_MS);
    const from = floor > s.from ? floor : s.from;
    for await (const page of unreadPages(sql, { ...s, from, ...inbox })) {
      for (const mail of page) found.set(mail.id, { ...mail, fromAddress: mail.fromAddress.toLowerCase() });
      if (found.size >= DIGEST_MESSAGES) break;
    }
  }
  return [...found.values()].sort((a, b) => (isNewer(a, b) ? -1 : 1)).slice(0, DIGEST_MESSAGES);
};

const isNewer = (a: CoveredMail, b: CoveredMail): boolean =>
  a.receivedAt > b.receivedAt || (a.receivedAt === b.receivedAt && a.id > b.id);

/** Page by page, without what is covered. */
async function* unreadPages(
  sql: Sql,
  s: Stretch & { accountId: string; providerLabelId: string },
): AsyncGenerator<UnreadPlace[]> {
  const { userId, accountId, providerLabelId, from } = s;
  let before: TimePlace | undefined = { at: s.to, id: '' };
  while (before) {
    const query = { userId, accountId, providerLabelId, from, before, limit: DIGEST_PAGE };
    const page: UnreadPlace[] = await unreadOfLabel(sql, query);
    const covered = await alreadyCovered(
      sql,
      userId,
      page.map(({ id }) => id),
    );
    yield page.filter(({ id }) => !covered.has(id));
    const last = page.at(-1);
    before = last && page.length === DIGEST_PAGE ? { at: last.receivedAt, id: last.id } : undefined;
  }
}
