import { IMAP_COMPARE_ALL_MS, IMAP_COMPARE_PAGE, IMAP_REGISTER_PAGE } from '#config/limits-imap.ts';
import { type Folder, lockMirror, mustStand, readFolders, saveFolder } from './folder-store.ts';
import { countInFolder, setAdrift, uidsBelow } from './message-store.ts';
import type { Mirror } from './mirror.ts';
import type { Selected, Session } from './session.ts';
import { pagesOf } from './uid-set.ts';

/**
 * Marks what left a folder since the last look. Counting tells how many those are, so that a folder of a hundred thousand
 * from which nothing went costs one search for what is new. Returns how the folder stood; null when it is gone.
 */
export const findVanished = async (
  mirror: Mirror,
  session: Session,
  folder: Folder,
): Promise<Selected | null> => {
  const box = await session.select(folder.path);
  if (!box) return null;
  if (box.uidValidity !== folder.uidValidity) {
    await beginAnew(mirror, folder, box);
    return box;
  }
  const held = await countInFolder(mirror.db, mirror.accountId, folder.id);
  const isNew = box.uidNext > folder.uidNext ? await session.uids(folder.uidNext) : [];
  const missing = held + isNew.length - box.exists;
  const { clock } = mirror;
  const all = missing < 0 || clock.ms() - (folder.state.comparedAt ?? 0) >= IMAP_COMPARE_ALL_MS;
  if (missing > 0 || all) await compare({ mirror, session, folder, missing: all ? null : missing });
  return box;
};

/** The UIDs of before mean nothing any more (RFC 9051 §2.3.1.1): each message is looked for by what it is. */
const beginAnew = async (mirror: Mirror, folder: Folder, box: Selected): Promise<void> => {
  await mirror.db.write(async (tx) => {
    await lockMirror(tx, mirror.accountId);
    // Another look that was at it as well may have been first, and have found some of them already.
    const known = (await readFolders(tx, mirror.accountId)).find((f) => f.id === folder.id);
    if (known?.uidValidity === box.uidValidity) return;
    await setAdrift(tx, mirror.accountId, { folderId: folder.id, uids: null });
    const comparedAt = mirror.clock.ms();
    await saveFolder(tx, mirror.accountId, {
      ...folder,
      uidValidity: box.uidValidity,
      uidNext: 1,
      highestModseq: null,
      state: { ...folder.state, comparedAt },
    });
  });
};

interface Comparison {
  mirror: Mirror;
  session: Session;
  folder: Folder;
  /** How many are to be found; null: all are compared, also for what the mirror lacks. */
  missing: number | null;
}

/** From the newest on, as that is where most goes from. */
const compare = async (o: Comparison): Promise<void> => {
  const { mirror, session, folder } = o;
  let before = folder.uidNext;
  let found = 0;
  let lacking = folder.uidNext;
  while (o.missing === null || found < o.missing) {
    const ours = await uidsBelow(mirror.db, mirror.accountId, {
      folderId: folder.id,
      before,
      limit: IMAP_COMPARE_PAGE,
    });
    const lowest = ours.length < IMAP_COMPARE_PAGE ? 1 : (ours.at(-1) ?? 1);
    if (before > lowest) {
      const theirs = new Set(await session.uids(lowest, before - 1));
      const vanished = await reallyGone(
        session,
        ours.filter((uid) => !theirs.has(uid)),
      );
      await markVanished(mirror, folder, vanished);
      found += vanished.length;
      const held = new Set(ours);
      for (const uid of theirs) if (!held.has(uid)) lacking = Math.min(lacking, uid);
    }
    if (lowest === 1) break;
    before = lowest;
  }
  if (o.missing === null || lacking < folder.uidNext) await remember(mirror, folder, lacking);
};

/** A search that was cut short must not make mail vanish: what it left out is asked for once more. */
const reallyGone = async (session: Session, uids: readonly number[]): Promise<number[]> => {
  const gone: number[] = [];
  for (const page of pagesOf(uids, IMAP_REGISTER_PAGE)) {
    const there = new Set((await session.fetch(page, { flags: true })).map((m) => m.uid));
    gone.push(...page.filter((uid) => !there.has(uid)));
  }
  return gone;
};

const markVanished = async (mirror: Mirror, folder: Folder, uids: readonly number[]): Promise<void> => {
  for (const page of pagesOf(uids, IMAP_REGISTER_PAGE)) {
    await mirror.db.write(async (tx) => {
      await lockMirror(tx, mirror.accountId);
      await mustStand(tx, mirror.accountId, folder);
      await setAdrift(tx, mirror.accountId, { folderId: folder.id, uids: page });
    });
  }
};

/** What the mirror lacks is taken in as if it were new. */
const remember = async (mirror: Mirror, folder: Folder, lacking: number): Promise<void> => {
  const state = { ...folder.state, comparedAt: mirror.clock.ms() };
  await mirror.db.write(async (tx) => {
    await lockMirror(tx, mirror.accountId);
    await mustStand(tx, mirror.accountId, folder);
    await saveFolder(tx, mirror.accountId, { ...folder, uidNext: lacking, state });
  });
};
