import type { ListResponse } from 'imapflow';
import { IMAP_FOLDERS } from '#config/limits-imap.ts';
import type { LabelRole } from '#mail/message.ts';
import {
  dropFolder,
  type Folder,
  lockMirror,
  readFolders,
  readMailboxState,
  saveFolder,
  writeMailboxState,
} from './folder-store.ts';
import { readUids, setAdrift, uidsBelow } from './message-store.ts';
import type { Mirror } from './mirror.ts';
import type { Session } from './session.ts';
import { IDENTITY, sightingOf } from './sighting.ts';

const ROLES = new Map<string, LabelRole>([
  ['\\Inbox', 'inbox'],
  ['\\Archive', 'archive'],
  ['\\Trash', 'trash'],
  ['\\Junk', 'spam'],
  ['\\Sent', 'sent'],
  ['\\Drafts', 'drafts'],
]);

/** What shows other folders' mail once more; and what holds none. */
const NOT_FOLDERS = ['\\noselect', '\\nonexistent'];
const VIEWS = ['\\Flagged', '\\Important'];

/** How a folder stands at the server, as far as it says without being opened. */
export interface FolderStatus {
  uidValidity: string;
  uidNext: number;
  exists: number;
  highestModseq: string | null;
}

export interface Looked {
  folders: Folder[];
  /** By folder id; none of those that were not asked for. */
  status: Map<string, FolderStatus>;
  /** A folder is gone, and its messages are looked for. */
  lost: boolean;
}

interface Listed {
  path: string;
  role: LabelRole | null;
  all: boolean;
  status: FolderStatus | null;
}

/** Brings the mirror's folders up to date with the server's, and asks how each stands. */
export const lookAtFolders = async (
  mirror: Mirror,
  session: Session,
  o: { status: boolean },
): Promise<Looked> => {
  const found = await session.list({ status: o.status, hints: mirror.folderHints });
  const listed = found
    .filter((f) => isFolder(f, session.isGmail))
    .slice(0, IMAP_FOLDERS)
    .map((f) => listedOf(mirror, f));
  giveArchive(mirror, listed);
  const known = await readFolders(mirror.db, mirror.accountId);
  const plan = await planOf({ mirror, session, listed, known });
  await store(mirror, { plan, gmail: session.isGmail });
  const status = new Map<string, FolderStatus>();
  for (const { folder, at } of plan.kept) if (at.status) status.set(folder.id, at.status);
  return { folders: plan.kept.map((k) => k.folder), status, lost: plan.lost.length > 0 };
};

const isFolder = (f: ListResponse, gmail: boolean): boolean => {
  const flags = [...f.flags].map((flag) => flag.toLowerCase());
  if (NOT_FOLDERS.some((flag) => flags.includes(flag)) || f.path.startsWith('#')) return false;
  if (f.specialUse === '\\All') return gmail;
  return !VIEWS.includes(f.specialUse ?? '');
};

const listedOf = (mirror: Mirror, f: ListResponse): Listed => ({
  path: f.path,
  role: ROLES.get(f.specialUse ?? '') ?? (samePath(f, mirror.options.archiveFolder) ? 'archive' : null),
  all: f.specialUse === '\\All',
  status: statusOf(f),
});

/** Only one folder is the archive: what the server calls so, else what the settings do. */
const giveArchive = (mirror: Mirror, listed: Listed[]): void => {
  const archives = listed.filter((f) => f.role === 'archive');
  const hinted = mirror.folderHints.archive;
  const chosen = archives.find((f) => f.path === hinted) ?? archives[0];
  for (const f of archives) if (f !== chosen) f.role = null;
};

export const samePath = (f: { path: string; name?: string }, name: string): boolean => {
  const plain = name.toLowerCase();
  return f.path.toLowerCase() === plain || f.name?.toLowerCase() === plain;
};

const statusOf = ({ status }: ListResponse): FolderStatus | null =>
  status?.uidValidity === undefined
    ? null
    : {
        uidValidity: String(status.uidValidity),
        uidNext: status.uidNext ?? 1,
        exists: status.messages ?? 0,
        highestModseq: status.highestModseq === undefined ? null : String(status.highestModseq),
      };

interface Plan {
  kept: { folder: Folder; at: Listed; changed: boolean }[];
  lost: Folder[];
}

const planOf = async (o: {
  mirror: Mirror;
  session: Session;
  listed: Listed[];
  known: Folder[];
}): Promise<Plan> => {
  const byPath = new Map(o.known.map((f) => [f.path, f]));
  const lost = o.known.filter((f) => !o.listed.some((l) => l.path === f.path));
  const kept: Plan['kept'] = [];
  for (const at of o.listed) {
    const same = byPath.get(at.path);
    const renamed = same ? undefined : await renamedTo(o, at, lost);
    if (renamed) lost.splice(lost.indexOf(renamed), 1);
    const old = same ?? renamed;
    const changed =
      !old || old.path !== at.path || old.role !== at.role || (old.state.all ?? false) !== at.all;
    kept.push({ folder: folderFor(o.mirror, at, old), at, changed });
  }
  return { kept, lost };
};

const folderFor = (mirror: Mirror, at: Listed, old: Folder | undefined): Folder => {
  const { all: _, ...state } = old?.state ?? {};
  return {
    id: old?.id ?? mirror.newId(),
    path: at.path,
    role: at.role,
    uidValidity: old?.uidValidity ?? null,
    uidNext: old?.uidNext ?? 1,
    highestModseq: old?.highestModseq ?? null,
    state: at.all ? { ...state, all: true } : state,
  };
};

const RENAME_PROBES = 3;

/** The lost folder that this is, under a new name: the same UIDVALIDITY, and the same messages under their UIDs. */
const renamedTo = async (
  o: { mirror: Mirror; session: Session },
  at: Listed,
  lost: readonly Folder[],
): Promise<Folder | undefined> => {
  const { status } = at;
  if (!status) return undefined;
  const { db, accountId } = o.mirror;
  for (const folder of lost) {
    if (folder.uidValidity !== status.uidValidity || folder.uidNext > status.uidNext) continue;
    const uids = await uidsBelow(db, accountId, {
      folderId: folder.id,
      before: folder.uidNext,
      limit: RENAME_PROBES,
    });
    if (uids.length === 0 || !(await o.session.select(at.path))) continue;
    const rows = await readUids(db, accountId, { folderId: folder.id, uids });
    const seen = (await o.session.fetch(uids, IDENTITY)).map(sightingOf);
    if (seen.some((s) => s !== null) && seen.every((s) => s && rows.get(s.uid)?.matchKey === s.matchKey))
      return folder;
  }
  return undefined;
};

const store = async (mirror: Mirror, o: { plan: Plan; gmail: boolean }): Promise<void> => {
  const changed = o.plan.kept.filter((k) => k.changed);
  const { accountId, db } = mirror;
  const state = await readMailboxState(db, accountId);
  if (changed.length === 0 && o.plan.lost.length === 0 && (state.gmail ?? false) === o.gmail) return;
  await db.write(async (tx) => {
    await lockMirror(tx, accountId);
    await writeMailboxState(tx, accountId, { ...(await readMailboxState(tx, accountId)), gmail: o.gmail });
    for (const { folder } of changed) await saveFolder(tx, accountId, folder);
    for (const folder of o.plan.lost) {
      await setAdrift(tx, accountId, { folderId: folder.id, uids: null });
      await dropFolder(tx, accountId, folder.id);
    }
  });
};
