import type { Sql } from '#db/db.ts';
import { crashpoint } from '#std/crashpoint.ts';
import type { Folder } from './folder-store.ts';
import type { Located } from './locate.ts';
import { readByKeys, readUids } from './message-store.ts';
import type { Mirror } from './mirror.ts';
import { cannotExpunge, type Landed, type Session } from './session.ts';
import { IDENTITY, type Marks, sightingOf } from './sighting.ts';

/** Where a message lies after a change, and with what. */
export interface Place {
  folder: Folder;
  /** null where the server did not tell. */
  uid: number | null;
  marks: Marks;
  kept: string[];
}

/**
 * Moves a message out of the folder that is selected: MOVE where the server has it, else COPY and then the expunge of this
 * one message. A server that can do neither is asked nothing: whatever else could be tried may delete other mail too.
 */
export const moveTo = async (
  mirror: Mirror,
  session: Session,
  o: { at: Located; target: Folder },
): Promise<{ uid: number | null }> => {
  const { at, target } = o;
  const { uid } = at.sighting;
  if (session.has('MOVE')) return { uid: trusted(await session.move(uid, target.path), target) };
  if (!session.has('UIDPLUS')) throw cannotExpunge();
  const earlier = await copyOf(mirror, session, o);
  const again = await session.select(at.folder.path);
  if (again?.uidValidity !== at.folder.uidValidity) return { uid: null };
  const there = earlier ?? trusted(await session.copy(uid, target.path), target);
  crashpoint('imap.copied');
  await session.expunge(uid);
  return { uid: there };
};

const trusted = (landed: Landed, target: Folder): number | null =>
  landed.uidValidity !== null && landed.uidValidity === target.uidValidity ? landed.uid : null;

/** The copy that an earlier try left over there before it broke off. */
const copyOf = async (
  mirror: Mirror,
  session: Session,
  { at, target }: { at: Located; target: Folder },
): Promise<number | null> => {
  const { matchKey } = at.sighting;
  const known = await readByKeys(mirror.db, mirror.accountId, [matchKey]);
  const box = await session.select(target.path);
  if (!box || box.uidValidity !== target.uidValidity) return null;
  const candidates = known.flatMap((row) =>
    row.folderId === target.id && row.uid !== null ? [row.uid] : [],
  );
  const fresh = box.uidNext > target.uidNext ? await session.uids(target.uidNext) : [];
  const seen = (await session.fetch([...candidates, ...fresh], IDENTITY)).map(sightingOf);
  return seen.find((s) => s?.matchKey === matchKey)?.uid ?? null;
};

/** Another message of the mirror that stands where this one does. */
export const doubleOf = async (
  sql: Sql,
  mirror: Mirror,
  o: { id: string; folderId: string; uid: number | null },
): Promise<string | null> => {
  if (o.uid === null) return null;
  const found = (await readUids(sql, mirror.accountId, { folderId: o.folderId, uids: [o.uid] })).get(o.uid);
  return found && found.id !== o.id ? found.id : null;
};
