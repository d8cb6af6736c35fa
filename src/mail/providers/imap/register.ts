import { IMAP_LABELS } from '#config/limits-imap.ts';
import type { Tx } from '#db/db.ts';
import {
  type Folder,
  lockMirror,
  mustStand,
  readMailboxState,
  saveFolder,
  writeMailboxState,
} from './folder-store.ts';
import {
  insertMessages,
  type Mirrored,
  readByKeys,
  readMessages,
  readUids,
  setAdrift,
  writeMessage,
  writeUid,
} from './message-store.ts';
import type { Mirror } from './mirror.ts';
import type { Session } from './session.ts';
import type { Marks, Sighting } from './sighting.ts';
import { readView, sameState, stateOf, unknownKeywords, type View } from './view.ts';

/** A message that looks like others which the mirror has elsewhere, or here under another UID. */
export interface Doubtful {
  sighting: Sighting;
  alike: Mirrored[];
}

/**
 * Puts what was seen in a folder into the mirror, and with it how far the folder is known. A message that is adrift and
 * looks the same is that message, and keeps its id. Returns those that look like any other, which are left out
 * unless `copies` says that they are copies: between two looks a message can also leave a folder and come back to it.
 * `read`: the folder as it was when the look into it began.
 */
export const register = (
  mirror: Mirror,
  folder: Folder,
  o: { seen: readonly Sighting[]; copies: boolean; read: Folder },
): Promise<Doubtful[]> =>
  mirror.db.write(async (tx) => {
    const { accountId } = mirror;
    await lockMirror(tx, accountId);
    await mustStand(tx, accountId, o.read);
    const view = await learnKeywords(
      tx,
      mirror,
      o.seen.flatMap((s) => s.marks.keywords),
    );
    const uids = o.seen.map((s) => s.uid);
    const known = await readUids(tx, accountId, { folderId: folder.id, uids });
    const alike = groupByKey(
      await readByKeys(
        tx,
        accountId,
        o.seen.filter((s) => !known.has(s.uid)).map((s) => s.matchKey),
      ),
    );
    const fresh: Parameters<typeof insertMessages>[2][number][] = [];
    const doubtful: Doubtful[] = [];
    for (const sighting of o.seen) {
      const here = known.get(sighting.uid);
      if (here) {
        await refresh(tx, mirror, { row: here, folder, view, marks: sighting.marks });
        continue;
      }
      const rows = alike.get(sighting.matchKey) ?? [];
      const adrift = rows.findIndex((row) => row.uid === null);
      if (adrift >= 0) {
        const [row] = rows.splice(adrift, 1);
        if (row) await settle(tx, mirror, { row, folder, view, sighting });
        continue;
      }
      if (rows.length > 0 && !o.copies) doubtful.push({ sighting, alike: rows });
      else fresh.push(newMessage(mirror, { folder, view, sighting }));
    }
    await insertMessages(tx, accountId, fresh);
    // How far the folder is known is only true once those in doubt are in as well.
    if (doubtful.length === 0) await saveFolder(tx, accountId, folder);
    return doubtful;
  });

const groupByKey = (rows: readonly Mirrored[]): Map<string, Mirrored[]> => {
  const groups = new Map<string, Mirrored[]>();
  for (const row of rows) {
    const group = groups.get(row.matchKey);
    if (group) group.push(row);
    else groups.set(row.matchKey, [row]);
  }
  return groups;
};

const newMessage = (
  mirror: Mirror,
  o: { folder: Folder; view: View; sighting: Sighting },
): Parameters<typeof insertMessages>[2][number] => {
  const { uid, matchKey, messageId, internalDate, sizeBytes, marks } = o.sighting;
  const state = stateOf(o.view, o.folder, { marks, kept: [] });
  const folderId = o.folder.id;
  return { id: mirror.newId(), folderId, uid, matchKey, messageId, internalDate, sizeBytes, state, kept: [] };
};

interface Seen {
  row: Mirrored;
  folder: Folder;
  view: View;
  marks: Marks;
}

/** Tells of the message only if something about it is different. */
export const refresh = async (tx: Tx, mirror: Mirror, o: Seen): Promise<void> => {
  const state = stateOf(o.view, o.folder, { marks: o.marks, kept: o.row.kept });
  if (!sameState(state, o.row.state)) await writeMessage(tx, mirror.accountId, { ...o.row, state });
};

/** A message that was adrift lies here now. */
const settle = async (
  tx: Tx,
  mirror: Mirror,
  o: { row: Mirrored; folder: Folder; view: View; sighting: Sighting },
): Promise<void> => {
  const { row, folder } = o;
  const { uid, marks } = o.sighting;
  const state = stateOf(o.view, folder, { marks, kept: row.kept });
  const placed = { ...row, folderId: folder.id, uid };
  if (sameState(state, row.state)) await writeUid(tx, mirror.accountId, placed);
  else await writeMessage(tx, mirror.accountId, { ...placed, state });
};

/** Puts new marks of messages in a folder into the mirror, by UID. */
export const storeMarks = (
  mirror: Mirror,
  folder: Folder,
  marks: ReadonlyMap<number, Marks>,
): Promise<void> =>
  mirror.db.write(async (tx) => {
    await lockMirror(tx, mirror.accountId);
    await mustStand(tx, mirror.accountId, folder);
    const view = await learnKeywords(
      tx,
      mirror,
      [...marks.values()].flatMap((m) => m.keywords),
    );
    const rows = await readUids(tx, mirror.accountId, { folderId: folder.id, uids: [...marks.keys()] });
    for (const [uid, row] of rows) {
      const found = marks.get(uid);
      if (found) await refresh(tx, mirror, { row, folder, view, marks: found });
    }
  });

/** Labels of other programs, which from now on are labels here. */
const learnKeywords = async (tx: Tx, mirror: Mirror, keywords: readonly string[]): Promise<View> => {
  const view = await readView(tx, mirror.accountId);
  const found = unknownKeywords(view, keywords);
  const room = IMAP_LABELS - Object.keys(view.keywords).length;
  const learned = Object.fromEntries(Object.entries(found).slice(0, Math.max(0, room)));
  if (Object.keys(learned).length === 0) return view;
  const state = await readMailboxState(tx, mirror.accountId);
  const labels = { ...state.labels, ...learned };
  await writeMailboxState(tx, mirror.accountId, { ...state, labels });
  return { ...view, keywords: labels };
};

/** Looks whether these still lie where the mirror has them, and sets adrift which do not. */
export const confirmPlaces = async (
  mirror: Mirror,
  session: Session,
  rows: readonly Mirrored[],
): Promise<void> => {
  const { db, accountId } = mirror;
  const current = await readMessages(db, accountId, [...new Set(rows.map((row) => row.id))]);
  const { folders } = await readView(db, accountId);
  for (const [folderId, group] of Map.groupBy(current, (row) => row.folderId)) {
    const folder = folders.find((f) => f.id === folderId);
    const uids = group.flatMap((row) => (row.uid === null ? [] : [row.uid]));
    const box = folder ? await session.select(folder.path) : null;
    const same = box !== null && box.uidValidity === folder?.uidValidity;
    const there = new Set(same ? (await session.fetch(uids, { flags: true })).map((m) => m.uid) : []);
    const gone = uids.filter((uid) => !there.has(uid));
    if (gone.length === 0) continue;
    await db.write(async (tx) => {
      await lockMirror(tx, accountId);
      await setAdrift(tx, accountId, { folderId, uids: gone });
    });
  }
};
