import type { MailState } from '#mail/message.ts';
import { type MailPatch, patch } from '#mail/patch.ts';
import { folderByRole, folderLabelId, folderOfLabel, type View } from './view.ts';

/**
 * What a patch comes to where a message lies in one folder: to go into another is to leave the one it is in, and to leave
 * one is to go into another. Pure. `archive` is the label of the folder for archived mail.
 */
export const expandPatch = (
  wanted: MailPatch,
  state: MailState,
  o: { view: View; archive: string },
): MailPatch => {
  const { view } = o;
  const isPlace = (label: string): boolean =>
    label.startsWith('f:') && (!view.gmail || isGmailPlace(view, label));
  const added = wanted.addLabels.filter((label) => !wanted.removeLabels.includes(label));
  const here = state.labels.filter(isPlace);
  const target = added.find(isPlace) ?? (view.gmail ? undefined : awayFrom(wanted, here, o));
  const addLabels = added.filter((label) => !isPlace(label));
  const removeLabels = wanted.removeLabels.filter((label) => !isPlace(label));
  if (target !== undefined) {
    // What goes into Gmail's trash keeps none of its labels.
    const left = view.gmail ? state.labels.filter((label) => label.startsWith('f:')) : here;
    const leaves = left.filter((label) => label !== target);
    return patch({
      ...wanted,
      addLabels: [...(view.gmail ? [] : addLabels), ...(here.includes(target) ? [] : [target])],
      removeLabels: [...new Set([...removeLabels, ...leaves])],
    });
  }
  return patch({ ...wanted, addLabels, removeLabels: [...removeLabels, ...gmailLeaves(wanted, here, view)] });
};

/** Where a message goes that only leaves its folder: what was put aside comes back, all else is archived. */
const awayFrom = (
  wanted: MailPatch,
  here: readonly string[],
  { view, archive }: { view: View; archive: string },
): string | undefined => {
  const left = here.find((label) => wanted.removeLabels.includes(label));
  if (left === undefined) return undefined;
  const role = folderOfLabel(view, left)?.role;
  const inbox = folderByRole(view, 'inbox');
  const putAside = role === 'trash' || role === 'spam' || left === archive;
  return putAside && inbox ? folderLabelId(inbox) : archive;
};

/** Trash and spam are places at Gmail; all else is a label beside others. */
const isGmailPlace = (view: View, label: string): boolean => {
  const role = folderOfLabel(view, label)?.role;
  return role === 'trash' || role === 'spam';
};

/** To take a label of Gmail's trash or spam away, or to put another on what lies there, takes the message out. */
const gmailLeaves = (wanted: MailPatch, here: readonly string[], view: View): string[] => {
  if (!view.gmail) return [];
  const entersLabel = wanted.addLabels.some((label) => label.startsWith('f:'));
  return here.filter((label) => entersLabel || wanted.removeLabels.includes(label));
};
