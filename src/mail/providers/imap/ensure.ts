import { IMAP_NAME_CHARS } from '#config/limits-imap.ts';
import type { RemoteLabel } from '#mail/port.ts';
import { AppError } from '#std/errors.ts';
import { lockMirror, readMailboxState, writeMailboxState } from './folder-store.ts';
import { lookAtFolders, samePath } from './folders.ts';
import { keywordFor, labelIdOf } from './keywords.ts';
import type { Mirror } from './mirror.ts';
import type { Session } from './session.ts';
import { folderByRole, folderLabelId, labelsOf, readView } from './view.ts';

const plain = (name: string): string => name.normalize('NFC').trim();
const key = (name: string): string => plain(name).toLowerCase();

/** The folders that a mailbox must have, with the names they get where it has none. */
const NEEDED = [
  ['sent', 'Sent'],
  ['drafts', 'Drafts'],
  ['trash', 'Trash'],
] as const;

/** All labels, after a look at the server's folders. */
export const readLabels = async (mirror: Mirror, session: Session): Promise<RemoteLabel[]> => {
  const { folders } = await lookAtFolders(mirror, session, { status: false });
  let made = false;
  for (const [role, name] of NEEDED) {
    if (folders.some((f) => f.role === role)) continue;
    await session.create(name);
    made = true;
  }
  if (made) await lookAtFolders(mirror, session, { status: false });
  return labelsOf(await readView(mirror.db, mirror.accountId));
};

/**
 * The label of that name, made when there is none: a folder where archived or snoozed mail goes, and at Gmail, where a
 * folder is a label; else a keyword, which the server need not know of until a message gets it.
 */
export const ensureLabel = async (mirror: Mirror, session: Session, name: string): Promise<RemoteLabel> => {
  const wanted = plain(name);
  if (wanted === '' || wanted.length > IMAP_NAME_CHARS || /\p{Cc}/u.test(wanted)) throw badName();
  const find = async (): Promise<RemoteLabel | undefined> =>
    (await readLabels(mirror, session)).find((label) => key(label.name) === key(wanted));
  const known = await find();
  if (known) return known;
  const { archiveFolder, snoozeFolder } = mirror.options;
  const isFolder = session.isGmail || [archiveFolder, snoozeFolder].some((path) => key(path) === key(wanted));
  if (!isFolder) return addKeyword(mirror, wanted);
  const path = await session.create(wanted);
  await lookAtFolders(mirror, session, { status: false });
  const { folders } = await readView(mirror.db, mirror.accountId);
  const folder = folders.find((f) => f.path === path) ?? folders.find((f) => samePath(f, wanted));
  if (!folder) throw new AppError('transient', 'imap.refused', 'The mail server made no such folder');
  return { id: folderLabelId(folder), name: folder.path, role: folder.role };
};

const badName = (): AppError =>
  new AppError('input', 'mail.label-name', 'A label needs a name of at most 200 characters in one line');

const addKeyword = (mirror: Mirror, name: string): Promise<RemoteLabel> =>
  mirror.db.write(async (tx) => {
    await lockMirror(tx, mirror.accountId);
    const state = await readMailboxState(tx, mirror.accountId);
    const keyword = keywordFor(name);
    const id = labelIdOf(keyword);
    const label = state.labels?.[id] ?? { keyword, name };
    await writeMailboxState(tx, mirror.accountId, { ...state, labels: { ...state.labels, [id]: label } });
    return { id, name: label.name, role: null };
  });

/** The id of the label for archived mail. Its folder is made when the server has none. */
export const ensureArchive = async (mirror: Mirror, session: Session): Promise<string> => {
  const read = async () => folderByRole(await readView(mirror.db, mirror.accountId), 'archive');
  const known = await read();
  if (known) return folderLabelId(known);
  if (session.isGmail) return '';
  await lookAtFolders(mirror, session, { status: false });
  const found = await read();
  if (found) return folderLabelId(found);
  await session.create(mirror.options.archiveFolder);
  await lookAtFolders(mirror, session, { status: false });
  const made = await read();
  if (!made)
    throw new AppError('transient', 'imap.refused', 'The mail server made no folder for archived mail');
  return folderLabelId(made);
};
