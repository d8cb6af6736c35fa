import { AppError } from '#std/errors.ts';
import { addNote } from './add-note.ts';
import { applyLabel } from './apply-label.ts';
import { archive } from './archive.ts';
import { autoReply } from './auto-reply.ts';
import { createDraft } from './create-draft.ts';
import type { ActionKind } from './define.ts';
import { deleteForever } from './delete.ts';
import { forward } from './forward.ts';
import { markRead } from './mark-read.ts';
import { markUnread } from './mark-unread.ts';
import { move } from './move.ts';
import { none } from './none.ts';
import { removeLabel } from './remove-label.ts';
import { reply } from './reply.ts';
import { restore } from './restore.ts';
import { snooze } from './snooze.ts';
import { star } from './star.ts';
import { trash } from './trash.ts';
import { unstar } from './unstar.ts';

/** Every kind of action, in the order in which forms offer them. */
export const ACTION_KINDS: readonly ActionKind[] = [
  archive,
  applyLabel,
  removeLabel,
  markRead,
  markUnread,
  star,
  unstar,
  move,
  snooze,
  trash,
  restore,
  deleteForever,
  addNote,
  createDraft,
  reply,
  forward,
  autoReply,
  none,
];

const byType = new Map(ACTION_KINDS.map((kind) => [kind.type, kind]));

export const findActionKind = (type: string): ActionKind | undefined => byType.get(type);

/** Throws `actions.unknown-kind`, naming the kinds that there are. */
export const actionKind = (type: string): ActionKind => {
  const found = byType.get(type);
  if (found) return found;
  throw new AppError('input', 'actions.unknown-kind', `There is no action "${type}"`, {
    help: `Use one of: ${ACTION_KINDS.map((k) => k.type).join(', ')}.`,
  });
};
