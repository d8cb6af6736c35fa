import type { Flag, MailState } from '#mail/message.ts';
import { effectOf, type MailPatch, patch } from '#mail/patch.ts';
import { crashpoint } from '#std/crashpoint.ts';
import { AppError } from '#std/errors.ts';
import { ensureArchive } from './ensure.ts';
import { expandPatch } from './expand.ts';
import { type Folder, lockMirror } from './folder-store.ts';
import { type Located, locate } from './locate.ts';
import { buryMessage, readMessages, writeMessage } from './message-store.ts';
import type { Mirror } from './mirror.ts';
import { doubleOf, moveTo, type Place } from './move.ts';
import { scan } from './scan.ts';
import { cannotExpunge, type Session } from './session.ts';
import { MARKS, type Marks, marksOf, WIRE_FLAGS } from './sighting.ts';
import {
  folderByRole,
  folderLabelId,
  folderOfLabel,
  gmailLabelOf,
  readView,
  sameState,
  stateOf,
  type View,
} from './view.ts';

/** The label for archived mail, whose folder is made when it is needed first: what only sets marks moves nothing. */
const archiveFor = async (mirror: Mirror, session: Session, wanted: MailPatch): Promise<string> =>
  wanted.removeLabels.length > 0 ? ensureArchive(mirror, session) : '';

/** The patch as it comes out on a message in that state. */
export const expand = async (
  mirror: Mirror,
  session: Session,
  o: { wanted: MailPatch; state: MailState },
): Promise<MailPatch> => {
  const archive = await archiveFor(mirror, session, o.wanted);
  return expandPatch(o.wanted, o.state, { view: await readView(mirror.db, mirror.accountId), archive });
};

/** Sets and removes, from the state that the server has now. null: the message is gone. */
export const modify = async (
  mirror: Mirror,
  session: Session,
  o: { id: string; wanted: MailPatch },
): Promise<MailState | null> => {
  const archive = await archiveFor(mirror, session, o.wanted);
  const at = await locate(mirror, session, o.id);
  if (!at) return null;
  refuseUnknown(at.view, o.wanted);
  const state = stateOf(at.view, at.folder, { marks: at.sighting.marks, kept: at.row.kept });
  const change = effectOf(expandPatch(o.wanted, state, { view: at.view, archive }), state);
  const target = targetOf(at, change);
  const place = target
    ? await enter(mirror, session, { at, target, change })
    : await stay(session, at, change);
  if (place.uid === null) return find(mirror, session, { id: o.id, place });
  const after = stateOf(at.view, place.folder, place);
  if (target || !sameState(after, at.row.state) || place.kept.length !== at.row.kept.length)
    await record(mirror, at, { place, state: after });
  return after;
};

const refuseUnknown = (view: View, wanted: MailPatch): void => {
  const isKnown = (label: string): boolean =>
    label.startsWith('f:') ? folderOfLabel(view, label) !== undefined : label in view.keywords;
  if (wanted.addLabels.every(isKnown)) return;
  throw new AppError('permanent', 'mail.unknown-label', 'The mailbox has no such label', {
    help: 'Choose a label that exists, or make it first.',
  });
};

/** The folder that it is to go into; undefined when it stays. */
const targetOf = ({ view, folder }: Located, change: MailPatch): Folder | undefined => {
  const added = change.addLabels.map((label) => folderOfLabel(view, label)).filter((f) => f !== undefined);
  if (!view.gmail) return added.find((f) => f.id !== folder.id);
  const put = added.find((f) => f.role === 'trash' || f.role === 'spam');
  if (put) return put.id === folder.id ? undefined : put;
  const leaves = change.removeLabels.some((label) => folderOfLabel(view, label)?.id === folder.id);
  return !folder.state.all && leaves ? view.folders.find((f) => f.state.all) : undefined;
};

/** Goes into another folder, with its marks changed before; Gmail's labels can only be set where it lies then. */
const enter = async (
  mirror: Mirror,
  session: Session,
  o: { at: Located; target: Folder; change: MailPatch },
): Promise<Place> => {
  const { at, target, change } = o;
  const here = await applyMarks(session, at, { change, labels: false });
  const place = await moveTo(mirror, session, { at, target });
  crashpoint('imap.moved');
  if (!target.state.all || place.uid === null) return { ...here, folder: target, uid: place.uid };
  const box = await session.select(target.path);
  if (box?.uidValidity !== target.uidValidity) return { ...here, folder: target, uid: null };
  const there: Located = {
    ...at,
    folder: target,
    sighting: { ...at.sighting, uid: place.uid, marks: here.marks },
  };
  return applyMarks(session, there, { change, labels: true });
};

const stay = (session: Session, at: Located, change: MailPatch): Promise<Place> =>
  applyMarks(session, at, { change, labels: true });

/** Flags, keywords and labels in the folder that is selected. What the server does not keep of them, we do. */
const applyMarks = async (
  session: Session,
  at: Located,
  o: { change: MailPatch; labels: boolean },
): Promise<Place> => {
  const { view, folder, sighting, row } = at;
  const { uid } = sighting;
  const { change } = o;
  const wire = (flags: readonly Flag[]): string[] => flags.map((flag) => WIRE_FLAGS[flag]);
  const keywords = (labels: readonly string[]): string[] =>
    labels.flatMap((label) => view.keywords[label]?.keyword ?? []);
  const flags = { add: wire(change.addFlags), remove: wire(change.removeFlags) };
  const words = { add: keywords(change.addLabels), remove: keywords(change.removeLabels) };
  const gmail = o.labels && folder.state.all ? gmailChange(view, change) : { add: [], remove: [] };
  const stored = await session.store(uid, flags);
  await session.store(uid, words);
  await session.store(uid, { ...gmail, labels: true });
  crashpoint('imap.marked');
  const touched = [flags, words, gmail].some((part) => part.add.length + part.remove.length > 0);
  const marks = touched ? await readBack(session, uid) : sighting.marks;
  if (marks === null) return { folder, uid: null, marks: sighting.marks, kept: row.kept };
  const missing = change.addFlags.filter((flag) => !marks.flags.includes(flag));
  if (missing.length > 0 || (!stored && flags.remove.length > 0)) throw flagRefused();
  const kept = new Set(row.kept.filter((label) => !change.removeLabels.includes(label)));
  const onServer = stateOf(view, folder, { marks, kept: [] }).labels;
  for (const label of change.addLabels)
    if (label in view.keywords && !onServer.includes(label)) kept.add(label);
  return { folder, uid, marks, kept: [...kept] };
};

const flagRefused = (): AppError =>
  new AppError('permanent', 'imap.read-only', 'The mail server does not let this message be changed', {
    help: 'Look whether the folder is one that you may only read.',
  });

const gmailChange = (view: View, change: MailPatch): { add: string[]; remove: string[] } => {
  const names = (labels: readonly string[]): string[] =>
    labels.flatMap((label) => {
      const folder = folderOfLabel(view, label);
      const isPlace = folder?.role === 'trash' || folder?.role === 'spam';
      return folder && !isPlace ? [gmailLabelOf(folder)] : [];
    });
  return { add: names(change.addLabels), remove: names(change.removeLabels) };
};

const readBack = async (session: Session, uid: number): Promise<Marks | null> => {
  const found = (await session.fetch([uid], MARKS)).findLast((m) => m.uid === uid && m.flags);
  return found ? marksOf(found) : null;
};

/** It was moved, and the server did not tell where to. */
const find = async (
  mirror: Mirror,
  session: Session,
  o: { id: string; place: Place },
): Promise<MailState | null> => {
  const { db, accountId } = mirror;
  await db.write(async (tx) => {
    await lockMirror(tx, accountId);
    const [row] = await readMessages(tx, accountId, [o.id]);
    if (row) await writeMessage(tx, accountId, { ...row, uid: null, kept: o.place.kept });
  });
  await scan(mirror, session);
  return (await readMessages(db, accountId, [o.id]))[0]?.state ?? null;
};

/** What was done becomes the message's latest change. */
const record = (mirror: Mirror, at: Located, o: { place: Place; state: MailState }): Promise<void> =>
  mirror.db.write(async (tx) => {
    const { accountId } = mirror;
    await lockMirror(tx, accountId);
    const { folder, uid, kept } = o.place;
    // Another process may have come across it over there already, and taken it for a new one.
    const double = await doubleOf(tx, mirror, { id: at.row.id, folderId: folder.id, uid });
    if (double) await buryMessage(tx, accountId, double);
    await writeMessage(tx, accountId, { id: at.row.id, folderId: folder.id, uid, state: o.state, kept });
  });

/** For ever. */
export const remove = async (mirror: Mirror, session: Session, id: string): Promise<void> => {
  const at = await deletable(mirror, session, id);
  if (!at) return;
  crashpoint('imap.deleting');
  await session.expunge(at.sighting.uid);
  crashpoint('imap.deleted');
  await mirror.db.write(async (tx) => {
    await lockMirror(tx, mirror.accountId);
    await buryMessage(tx, mirror.accountId, id);
  });
};

/** Where a message lies that may be expunged there: Gmail deletes only what lies in its trash. null: it is gone. */
const deletable = async (mirror: Mirror, session: Session, id: string): Promise<Located | null> => {
  const at = await locate(mirror, session, id);
  if (!at) return null;
  if (!session.has('UIDPLUS')) throw cannotExpunge();
  const trash = at.view.gmail && at.folder.state.all ? folderByRole(at.view, 'trash') : undefined;
  if (!trash) return at;
  await modify(mirror, session, { id, wanted: patch({ addLabels: [folderLabelId(trash)] }) });
  const there = await locate(mirror, session, id);
  if (there?.folder.state.all)
    throw new AppError('transient', 'imap.not-moved', 'The message did not go into the trash', {
      help: 'It is tried again by itself.',
    });
  return there;
};
