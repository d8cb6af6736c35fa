import type { ChangePage, MailChange, Surveyed } from '#mail/port.ts';
import type { Instant } from '#std/time.ts';
import { readMirror } from './folder-store.ts';
import { changedSince, countMessages, type ListPlace, listBelow, type Mirrored } from './message-store.ts';
import type { Mirror } from './mirror.ts';

/**
 * What the mirror tells after a cursor; after none, nothing but where it stands now. A page that is full of what is known already needs no look at the server, so
 * `look` is called only when it is not.
 */
export const changesAfter = async (
  mirror: Mirror,
  o: { cursor: string | null; limit: number; look: () => Promise<void> },
): Promise<ChangePage | { expired: true }> => {
  const { db, accountId } = mirror;
  if (o.cursor === null) {
    await o.look();
    return { changes: [], cursor: String((await readMirror(db, accountId)).last), more: false };
  }
  const modseq = Number(o.cursor);
  const isKnown = async (): Promise<boolean> => {
    const { last, oldest } = await readMirror(db, accountId);
    return Number.isSafeInteger(modseq) && modseq <= last && modseq >= oldest - 1;
  };
  if (!(await isKnown())) return { expired: true };
  let rows = await changedSince(db, accountId, { modseq, limit: o.limit });
  if (rows.length < o.limit) {
    await o.look();
    rows = await changedSince(db, accountId, { modseq, limit: o.limit });
  }
  const end = rows.at(-1)?.modseq ?? modseq;
  return {
    changes: rows.map((row) => changeOf(row, modseq)),
    cursor: String(end),
    more: rows.length === o.limit,
  };
};

const changeOf = (row: Mirrored, since: number): MailChange => {
  const { id } = row;
  if (row.deleted) return { kind: 'gone', id };
  if (row.addedModseq > since) return { kind: 'added', id, sizeBytes: row.sizeBytes };
  return { kind: 'changed', id, state: row.state };
};

/** The page of a list after `page`, newest first. */
export const listPage = async (
  mirror: Mirror,
  o: { page: string | null; limit: number; since: Instant | undefined },
): Promise<{ ids: string[]; next: string | null; total?: number }> => {
  const { db, accountId } = mirror;
  const rows = await listBelow(db, accountId, { place: placeOf(o.page), limit: o.limit, since: o.since });
  const last = rows.at(-1);
  const next = last && rows.length === o.limit ? `${last.internalDate} ${last.addedModseq}` : null;
  const ids = rows.map((row) => row.id);
  return o.page === null ? { ids, next, total: await countMessages(db, accountId, o.since) } : { ids, next };
};

const placeOf = (page: string | null): ListPlace | null => {
  if (page === null) return null;
  const [date = '', added = '0'] = page.split(' ');
  return { date, added: Number(added) };
};

export async function* surveyAll(
  mirror: Mirror,
  o: { since: Instant | null; limit: number },
): AsyncGenerator<Surveyed[]> {
  let place: ListPlace | null = null;
  for (;;) {
    const rows: Mirrored[] = await listBelow(mirror.db, mirror.accountId, {
      place,
      limit: o.limit,
      since: o.since ?? undefined,
    });
    yield rows.map(({ id, state }) => ({ id, state }));
    const last = rows.at(-1);
    if (!last || rows.length < o.limit) return;
    place = { date: last.internalDate, added: last.addedModseq };
  }
}
