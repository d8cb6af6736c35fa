import type { FetchMessageObject, FetchQueryObject } from 'imapflow';
import { MAIL_RAW_BYTES } from '#config/limits.ts';
import { IMAP_FETCH_BYTES } from '#config/limits-imap.ts';
import type { MailState } from '#mail/message.ts';
import type { FetchedMail } from '#mail/port.ts';
import type { Folder } from './folder-store.ts';
import { distrust, locate } from './locate.ts';
import { type Mirrored, readByKeys, readMessages } from './message-store.ts';
import type { Mirror } from './mirror.ts';
import { scan } from './scan.ts';
import type { Session } from './session.ts';
import { IDENTITY, sightingOf } from './sighting.ts';
import { readView, stateOf, type View } from './view.ts';

/** Messages with all their bytes; of one beyond the limit, as many as are read of any. */
const WHOLE: FetchQueryObject = { ...IDENTITY, threadId: true, source: { maxLength: MAIL_RAW_BYTES + 1 } };

/**
 * Messages by our ids, in that order. What is not where the mirror has it is looked for once; what is then not found is
 * left out.
 */
export const fetchMails = async (
  mirror: Mirror,
  session: Session,
  ids: readonly string[],
): Promise<FetchedMail[]> => {
  const found = new Map<string, FetchedMail>();
  const missed = await fetchInto(found, { mirror, session, ids });
  if (missed.length > 0) {
    await scan(mirror, session);
    await fetchInto(found, { mirror, session, ids: missed });
  }
  return [...new Set(ids)].flatMap((id) => found.get(id) ?? []);
};

/** Returns the ids of those that are in the mirror and were not found. */
const fetchInto = async (
  into: Map<string, FetchedMail>,
  o: { mirror: Mirror; session: Session; ids: readonly string[] },
): Promise<string[]> => {
  const { mirror, session } = o;
  const rows = await readMessages(mirror.db, mirror.accountId, o.ids);
  const view = await readView(mirror.db, mirror.accountId);
  for (const [folderId, group] of Map.groupBy(rows, (row) => row.folderId)) {
    const folder = view.folders.find((f) => f.id === folderId);
    const box = folder ? await session.select(folder.path) : null;
    if (!folder || box?.uidValidity !== folder.uidValidity) continue;
    const copies = await copiesAmong(mirror, folder, group);
    for (const batch of batchesOf(group)) await fetchBatch(into, { ...o, view, folder, batch, copies });
  }
  return rows.flatMap(({ id }) => (into.has(id) ? [] : [id]));
};

/** Those that came after one of the same in another folder: as a person makes them, or a move that broke off half way. */
const copiesAmong = async (
  mirror: Mirror,
  folder: Folder,
  rows: readonly Mirrored[],
): Promise<ReadonlySet<string>> => {
  if (folder.role === 'inbox') return new Set();
  const keys = rows.map((row) => row.matchKey);
  const alike = Map.groupBy(await readByKeys(mirror.db, mirror.accountId, keys), (row) => row.matchKey);
  const isCopy = (row: Mirrored): boolean => {
    const same = alike.get(row.matchKey) ?? [];
    const earlier = same.slice(
      0,
      same.findIndex(({ id }) => id === row.id),
    );
    return earlier.some((other) => other.folderId !== folder.id);
  };
  return new Set(rows.filter(isCopy).map((row) => row.id));
};

/** So few at a time that their bytes stay within the limit. */
function* batchesOf(rows: readonly Mirrored[]): Generator<Mirrored[]> {
  let batch: Mirrored[] = [];
  let bytes = 0;
  for (const row of rows) {
    if (batch.length > 0 && bytes + row.sizeBytes > IMAP_FETCH_BYTES) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(row);
    bytes += row.sizeBytes;
  }
  if (batch.length > 0) yield batch;
}

const fetchBatch = async (
  into: Map<string, FetchedMail>,
  o: {
    mirror: Mirror;
    session: Session;
    view: View;
    folder: Folder;
    batch: Mirrored[];
    copies: ReadonlySet<string>;
  },
): Promise<void> => {
  const byUid = new Map(o.batch.flatMap((row) => (row.uid === null ? [] : [[row.uid, row] as const])));
  const bytes = o.batch.reduce((sum, row) => sum + Math.min(row.sizeBytes, MAIL_RAW_BYTES), 0);
  for (const message of await o.session.fetch([...byUid.keys()], WHOLE, { bytes })) {
    const row = byUid.get(message.uid);
    const sighting = row && message.source ? sightingOf(message) : null;
    if (!row || !sighting) continue;
    if (sighting.matchKey === row.matchKey) into.set(row.id, fetchedOf(o, row, message));
    else await distrust(o.mirror, o.folder);
  }
};

const fetchedOf = (
  o: { view: View; folder: Folder; copies: ReadonlySet<string> },
  row: Mirrored,
  message: FetchMessageObject,
): FetchedMail => ({
  id: row.id,
  threadKey: message.threadId ?? null,
  internalDate: row.internalDate,
  sizeBytes: row.sizeBytes,
  state: stateOf(o.view, o.folder, {
    marks: sightingOf(message)?.marks ?? { flags: [], keywords: [], labels: [] },
    kept: row.kept,
  }),
  content: { raw: message.source ?? new Uint8Array() },
  ...(o.copies.has(row.id) ? { isCopy: true } : {}),
});

export const readRaw = async (mirror: Mirror, session: Session, id: string): Promise<Uint8Array | null> => {
  const content = (await fetchMails(mirror, session, [id]))[0]?.content;
  return content && 'raw' in content ? content.raw : null;
};

/** As the server has it now. null: the message is gone. */
export const readState = async (mirror: Mirror, session: Session, id: string): Promise<MailState | null> => {
  const at = await locate(mirror, session, id);
  return at && stateOf(at.view, at.folder, { marks: at.sighting.marks, kept: at.row.kept });
};
