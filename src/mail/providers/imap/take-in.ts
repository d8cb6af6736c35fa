import type { FetchMessageObject } from 'imapflow';
import {
  IMAP_FLAGS_ALL_MS,
  IMAP_FLAGS_PAGE,
  IMAP_FLAGS_RECENT,
  IMAP_REGISTER_PAGE,
} from '#config/limits-imap.ts';
import { crashpoint } from '#std/crashpoint.ts';
import { type Folder, folderChanged, lockMirror, mustStand, saveFolder } from './folder-store.ts';
import { uidsBelow } from './message-store.ts';
import type { Mirror } from './mirror.ts';
import { confirmPlaces, register, storeMarks } from './register.ts';
import type { Selected, Session } from './session.ts';
import { IDENTITY, MARKS, type Marks, marksOf, type Sighting, sightingOf } from './sighting.ts';
import { pagesOf, type UidList } from './uid-set.ts';

/**
 * Takes in what is new in a folder and whose marks changed. `findVanished` goes before it. Returns how the folder stood;
 * null when it is gone.
 */
export const takeIn = async (mirror: Mirror, session: Session, folder: Folder): Promise<Selected | null> => {
  const box = await session.select(folder.path);
  if (!box || box.uidValidity !== folder.uidValidity) return box;
  // The first look begins at the mod-sequence of its start: what changed while it lasted is read at the next one.
  const start = { ...folder, highestModseq: folder.highestModseq ?? box.highestModseq };
  const fresh = box.uidNext > folder.uidNext || box.exists > 0 ? await session.uids(folder.uidNext) : [];
  let uidNext = folder.uidNext;
  for (const page of pagesOf(fresh, IMAP_REGISTER_PAGE)) {
    const seen = (await session.fetch(page, IDENTITY)).map(sightingOf);
    uidNext = Math.max(uidNext, (page.at(-1) ?? 0) + 1);
    crashpoint('imap.seen');
    await takeInPage(
      { mirror, session, folder: { ...start, uidNext } },
      { read: folder, seen: seen.filter((s) => s !== null) },
    );
    crashpoint('imap.registered');
  }
  const state = await readMarks({ mirror, session, folder, box });
  uidNext = Math.max(uidNext, box.uidNext);
  const now: Folder = { ...folder, uidNext, highestModseq: box.highestModseq, state };
  if (JSON.stringify(now) !== JSON.stringify(folder)) await save(mirror, { read: folder, now });
  return box;
};

interface Place {
  mirror: Mirror;
  session: Session;
  folder: Folder;
}

/** What is like another message is a copy of it, or is that message and was moved since we looked: that is asked first. */
const takeInPage = async (at: Place, o: { read: Folder; seen: Sighting[] }): Promise<void> => {
  const { mirror, session, folder } = at;
  const doubtful = await register(mirror, folder, { ...o, copies: false });
  if (doubtful.length === 0) return;
  await confirmPlaces(
    mirror,
    session,
    doubtful.flatMap((d) => d.alike),
  );
  await register(mirror, folder, { ...o, seen: doubtful.map((d) => d.sighting), copies: true });
  const back = await session.select(folder.path);
  if (back?.uidValidity !== folder.uidValidity) throw folderChanged();
};

const save = (mirror: Mirror, { read, now }: { read: Folder; now: Folder }): Promise<void> =>
  mirror.db.write(async (tx) => {
    await lockMirror(tx, mirror.accountId);
    await mustStand(tx, mirror.accountId, read);
    await saveFolder(tx, mirror.accountId, now);
  });

/** Whether it is time to read flags of a folder whose server does not tell what changed. */
export const flagsAreDue = (mirror: Mirror, folder: Folder): boolean =>
  folder.role === 'inbox' || allFlagsAreDue(mirror, folder);

const allFlagsAreDue = (mirror: Mirror, folder: Folder): boolean =>
  mirror.clock.ms() - (folder.state.flagsAt ?? 0) >= IMAP_FLAGS_ALL_MS;

/** Reads the marks that changed among messages known before; where the server can't tell, those of a window or of all. */
const readMarks = async (o: Place & { box: Selected }): Promise<Folder['state']> => {
  const { mirror, session, folder, box } = o;
  const to = folder.uidNext - 1;
  if (box.highestModseq !== null && folder.highestModseq !== null) {
    if (box.highestModseq !== folder.highestModseq && to > 0)
      await marksOfRange(o, { from: 1, to }, folder.highestModseq);
    return folder.state;
  }
  const all = box.highestModseq !== null || allFlagsAreDue(mirror, folder);
  let before = folder.uidNext;
  let left = all ? Number.POSITIVE_INFINITY : IMAP_FLAGS_RECENT;
  while (left > 0 && before > 1) {
    const limit = Math.min(IMAP_FLAGS_PAGE, left);
    const uids = await uidsBelow(mirror.db, mirror.accountId, { folderId: folder.id, before, limit });
    const lowest = uids.at(-1);
    if (lowest === undefined) break;
    await marksOfRange({ mirror, session, folder }, { from: lowest, to: before - 1 });
    left -= uids.length;
    before = lowest;
  }
  return all ? { ...folder.state, flagsAt: mirror.clock.ms() } : folder.state;
};

const marksOfRange = async (at: Place, range: UidList, changedSince?: string): Promise<void> => {
  const { mirror, session, folder } = at;
  const found = await session.fetch(range, MARKS, { changedSince });
  for (const page of pagesOf(found, IMAP_FLAGS_PAGE)) {
    const marks = new Map<number, Marks>();
    for (const m of page) addMarks(marks, m);
    await storeMarks(mirror, folder, marks);
  }
};

const addMarks = (into: Map<number, Marks>, m: FetchMessageObject): void => {
  const marks = marksOf(m);
  if (marks) into.set(m.uid, marks);
};
