import { AppError } from '#std/errors.ts';
import { type Folder, lockMirror, saveFolder } from './folder-store.ts';
import { type Mirrored, readMessages } from './message-store.ts';
import type { Mirror } from './mirror.ts';
import { scan } from './scan.ts';
import type { Session } from './session.ts';
import { IDENTITY, type Sighting, sightingOf } from './sighting.ts';
import { readView, type View } from './view.ts';

/** A message that was just seen in the folder that is selected now, and is the one that was meant. */
export interface Located {
  row: Mirrored;
  folder: Folder;
  sighting: Sighting;
  view: View;
}

const TRIES = 3;

/**
 * Selects the folder of a message and makes sure that its UID still names that message: the same UIDVALIDITY, and the same
 * Message-ID, date and size. Where not, the mailbox is looked through for it. null: it is gone.
 */
export const locate = async (mirror: Mirror, session: Session, id: string): Promise<Located | null> => {
  for (let tries = 0; tries < TRIES; tries++) {
    const [row] = await readMessages(mirror.db, mirror.accountId, [id]);
    if (!row) return null;
    const view = await readView(mirror.db, mirror.accountId);
    const folder = view.folders.find((f) => f.id === row.folderId);
    const sighting = folder ? await look(mirror, session, { row, folder }) : null;
    if (folder && sighting) return { row, folder, sighting, view };
    await scan(mirror, session);
  }
  throw new AppError('transient', 'imap.on-the-move', 'The message is being moved by somebody else', {
    help: 'It is looked for again by itself.',
  });
};

const look = async (
  mirror: Mirror,
  session: Session,
  { row, folder }: { row: Mirrored; folder: Folder },
): Promise<Sighting | null> => {
  if (row.uid === null) return null;
  const box = await session.select(folder.path);
  if (box?.uidValidity !== folder.uidValidity) return null;
  const found = (await session.fetch([row.uid], IDENTITY)).find((m) => m.uid === row.uid);
  const sighting = found ? sightingOf(found) : null;
  if (sighting && sighting.matchKey !== row.matchKey) {
    await distrust(mirror, folder);
    return null;
  }
  return sighting;
};

/** A UID that names another message shows that none of this folder can be relied on: the next look matches all anew. */
export const distrust = async (mirror: Mirror, folder: Folder): Promise<void> => {
  await mirror.db.write(async (tx) => {
    await lockMirror(tx, mirror.accountId);
    await saveFolder(tx, mirror.accountId, { ...folder, uidValidity: null });
  });
};
