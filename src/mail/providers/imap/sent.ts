import { IMAP_ANSWERED } from '#config/limits-imap.ts';
import { readHeaders } from '#mail/headers.ts';
import type { LabelRole } from '#mail/message.ts';
import { patch } from '#mail/patch.ts';
import type { Outgoing, SendTrace } from '#mail/port.ts';
import { crashpoint } from '#std/crashpoint.ts';
import { AppError } from '#std/errors.ts';
import { readLabels } from './ensure.ts';
import type { Folder } from './folder-store.ts';
import { listBelow, type Mirrored, readByMessageId, readUids } from './message-store.ts';
import type { Mirror } from './mirror.ts';
import { modify } from './modify.ts';
import { scan } from './scan.ts';
import type { Session } from './session.ts';
import { messageIdOf, plainMessageId } from './sighting.ts';
import { folderByRole, readView } from './view.ts';

/** Puts a mail into the folder of that role, unless it is there: known by its Message-ID. Returns our id of it. */
export const fileInto = async (
  mirror: Mirror,
  session: Session,
  o: { role: LabelRole; raw: Uint8Array; flags: string[] },
): Promise<string> => {
  const folder = await folderFor(mirror, session, o.role);
  const messageId = messageIdOf(o.raw);
  await scan(mirror, session);
  const there = messageId === null ? undefined : await findIn(mirror, { messageId, folder });
  if (there) return there.id;
  crashpoint('imap.filing');
  const landed = await session.append(folder.path, o.raw, o.flags);
  crashpoint('imap.filed');
  await scan(mirror, session);
  const row = await filed(mirror, { folder, uid: landed.uid, messageId });
  if (row) return row.id;
  throw new AppError('transient', 'imap.not-filed', 'The mail that was just filed cannot be found');
};

const folderFor = async (mirror: Mirror, session: Session, role: LabelRole): Promise<Folder> => {
  const read = async () => folderByRole(await readView(mirror.db, mirror.accountId), role);
  const known = await read();
  if (known) return known;
  await readLabels(mirror, session);
  const made = await read();
  if (made) return made;
  throw new AppError('permanent', 'imap.no-folder', `The mailbox has no folder for ${role}`);
};

const findIn = async (
  mirror: Mirror,
  o: { messageId: string; folder: Folder },
): Promise<Mirrored | undefined> => {
  const rows = await readByMessageId(mirror.db, mirror.accountId, o.messageId);
  const view = await readView(mirror.db, mirror.accountId);
  return rows.find(
    (row) => row.folderId === o.folder.id || (view.gmail && row.state.labels.includes(`f:${o.folder.id}`)),
  );
};

const filed = async (
  mirror: Mirror,
  o: { folder: Folder; uid: number | null; messageId: string | null },
): Promise<Mirrored | undefined> => {
  const { db, accountId } = mirror;
  const found =
    o.messageId === null ? undefined : await findIn(mirror, { messageId: o.messageId, folder: o.folder });
  if (found) return found;
  if (o.uid !== null) {
    const row = (await readUids(db, accountId, { folderId: o.folder.id, uids: [o.uid] })).get(o.uid);
    if (row) return row;
  }
  const newest = await listBelow(db, accountId, { place: null, limit: 100 });
  return newest.find((row) => row.folderId === o.folder.id);
};

/** Sets `\\Answered` on what a mail answers, unless a program wrote it (RFC 3834 §5). */
export const markAnswered = async (mirror: Mirror, session: Session, raw: Uint8Array): Promise<void> => {
  const { headers } = readHeaders(raw);
  const header = (name: string): string | undefined => headers.find(([n]) => n === name)?.[1];
  const answered = plainMessageId(header('in-reply-to') ?? '');
  if (answered === null || (header('auto-submitted') ?? 'no') !== 'no') return;
  const rows = await readByMessageId(mirror.db, mirror.accountId, answered);
  const wanted = patch({ addFlags: ['answered'] });
  for (const { id } of rows.slice(0, IMAP_ANSWERED)) await modify(mirror, session, { id, wanted });
};

/**
 * What became of a mail: it was sent when a copy lies anywhere but among the drafts. That there is none proves nothing, as
 * the copy is our own, made after the sending.
 */
export const trace = async (mirror: Mirror, session: Session, mail: Outgoing): Promise<SendTrace> => {
  await scan(mirror, session);
  const { db, accountId } = mirror;
  const view = await readView(db, accountId);
  const label = (role: LabelRole): string => `f:${folderByRole(view, role)?.id ?? ''}`;
  // The clock of the server may be behind ours, so only the Message-ID tells: no other mail has it.
  const copies = (await readByMessageId(db, accountId, mail.messageId)).filter(
    (row) => !row.state.labels.includes(label('drafts')),
  );
  const sent = copies.find((row) => row.state.labels.includes(label('sent'))) ?? copies[0];
  return sent ? { kind: 'sent', id: sent.id } : { kind: 'unknown' };
};
