import { IMAP_SCAN_ROUNDS } from '#config/limits-imap.ts';
import { crashpoint } from '#std/crashpoint.ts';
import { AppError } from '#std/errors.ts';
import { findVanished } from './find-vanished.ts';
import { type Folder, lockMirror, readFolders } from './folder-store.ts';
import { type FolderStatus, lookAtFolders } from './folders.ts';
import { buryAdrift, countAdrift, countByFolder } from './message-store.ts';
import type { Mirror } from './mirror.ts';
import type { Selected, Session } from './session.ts';
import { flagsAreDue, takeIn } from './take-in.ts';

const BURY_PAGE = 500;

/**
 * Brings the mirror up to date with the server. What is committed on the way stays if it breaks off, and the next look
 * goes on from there.
 *
 * A message that left its folder counts as gone only when every folder was looked at after it had left, and none of them
 * has changed since: until then it may have been moved to where we did not look yet.
 */
export const scan = async (mirror: Mirror, session: Session): Promise<void> => {
  const seen = new Map<string, FolderStatus>();
  const closed = new Set<string>();
  for (let round = 0; round < IMAP_SCAN_ROUNDS; round++) {
    const { folders, status, lost } = await lookAtFolders(mirror, session, { status: true });
    const counts = await countByFolder(mirror.db, mirror.accountId);
    const open = folders.filter(
      (f) => (status.has(f.id) || !closed.has(f.id)) && (!session.isGmail || holdsMail(f)),
    );
    const changed = open.filter((folder) => {
      const at = status.get(folder.id);
      const count = counts.get(folder.id) ?? 0;
      return at && hasChanged(mirror, { folder, status: at, seen: seen.get(folder.id), count });
    });
    const isQuiet = round > 0 && changed.length === 0;
    // What does not tell how it stands is looked into again only with others: something may have gone there from them.
    if (!isQuiet) changed.push(...open.filter((f) => !status.has(f.id)));
    if (changed.length === 0) {
      if (!lost) return bury(mirror);
      continue;
    }
    for (const folder of changed) {
      const box = await lookInto(folder, () => findVanished(mirror, session, folder));
      if (box) seen.set(folder.id, statusOf(box));
      else closed.add(folder.id);
    }
    // They were all asked what left them before any is asked what came, so that a move is not taken for a copy.
    for (const { id } of changed) {
      const folder = (await readFolders(mirror.db, mirror.accountId)).find((f) => f.id === id);
      const box = folder && (await lookInto(folder, () => takeIn(mirror, session, folder)));
      if (box) seen.set(id, statusOf(box));
    }
    if ((await countAdrift(mirror.db, mirror.accountId)) === 0) return;
  }
};

/** null where there is none to look into: a folder that was never open to us must not keep us from all others. */
const lookInto = async (folder: Folder, look: () => Promise<Selected | null>): Promise<Selected | null> => {
  try {
    return await look();
  } catch (e) {
    if (folder.uidValidity === null && e instanceof AppError && e.code === 'imap.refused') return null;
    throw e;
  }
};

/** At Gmail every message lies in one of three folders; the others only show them by label. */
const holdsMail = (f: Folder): boolean => f.state.all === true || f.role === 'trash' || f.role === 'spam';

const statusOf = (box: Selected): FolderStatus => ({
  uidValidity: box.uidValidity,
  uidNext: box.uidNext,
  exists: box.exists,
  highestModseq: box.highestModseq,
});

const hasChanged = (
  mirror: Mirror,
  o: { folder: Folder; status: FolderStatus; seen: FolderStatus | undefined; count: number },
): boolean => {
  const { folder, status, seen, count } = o;
  const known = seen ?? {
    uidValidity: folder.uidValidity ?? '',
    uidNext: folder.uidNext,
    exists: count,
    highestModseq: folder.highestModseq,
  };
  if (status.uidValidity !== known.uidValidity || status.uidNext !== known.uidNext) return true;
  if (status.exists !== known.exists) return true;
  if (status.highestModseq !== null && known.highestModseq !== null)
    return status.highestModseq !== known.highestModseq;
  return seen === undefined && flagsAreDue(mirror, folder);
};

const bury = async (mirror: Mirror): Promise<void> => {
  const { db, accountId } = mirror;
  if ((await countAdrift(db, accountId)) === 0) return;
  for (;;) {
    crashpoint('imap.burying');
    const gone = await db.write(async (tx) => {
      await lockMirror(tx, accountId);
      return buryAdrift(tx, accountId, BURY_PAGE);
    });
    if (gone < BURY_PAGE) return;
  }
};
