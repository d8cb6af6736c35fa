import type { Flag, LabelRole, MailState } from '#mail/message.ts';
import { type MailPatch, patch } from '#mail/patch.ts';

/** Labels of Gmail's own that mean to it what flags mean elsewhere; they are no labels of ours. */
const UNREAD = 'UNREAD';
const STARRED = 'STARRED';

/** The labels with a role. There is none for what is archived: that is what is not in INBOX. */
export const ROLES: Readonly<Record<string, LabelRole>> = {
  INBOX: 'inbox',
  SENT: 'sent',
  DRAFT: 'drafts',
  SPAM: 'spam',
  TRASH: 'trash',
};

/** Gmail puts these on and off itself and refuses to be told. */
const FIXED: ReadonlySet<string> = new Set(['SENT', 'DRAFT']);

/** What Gmail judges by itself, and where its chats are. It changes such labels all the time, and no list of them is short. */
const GMAILS_OWN =
  /^(?:UNREAD|STARRED|IMPORTANT|CHAT|CATEGORY_[A-Z]+|[A-Z]+_(?:STAR|CIRCLE|BANG|INFO|CHECK|GUILLEMET|QUESTION))$/;

/** Whether it is a label of ours: one that a person made, or one with a role. */
export const isOurs = (labelId: string): boolean => !GMAILS_OWN.test(labelId);

/** What the labels of a message come to. `answered` is not known to Gmail. */
export const stateOf = (labelIds: readonly string[]): MailState => {
  const flags: Flag[] = [];
  if (!labelIds.includes(UNREAD)) flags.push('seen');
  if (labelIds.includes(STARRED)) flags.push('flagged');
  return { labels: labelIds.filter(isOurs), flags };
};

/** What was put on or taken off, told in labels, as a patch. */
export const patchOf = (change: 'added' | 'removed', labelIds: readonly string[]): MailPatch => {
  const labels = labelIds.filter(isOurs);
  const [seen, flagged] = [labelIds.includes(UNREAD), labelIds.includes(STARRED)];
  const flags: Flag[] = flagged ? ['flagged'] : [];
  if (change === 'added') {
    return patch({ addLabels: labels, addFlags: flags, removeFlags: seen ? ['seen'] : [] });
  }
  return patch({ removeLabels: labels, removeFlags: flags, addFlags: seen ? ['seen'] : [] });
};

/** The same the other way: what `messages.modify` is told. What is in both lists of a patch is removed. */
export const labelChange = (p: MailPatch): { addLabelIds: string[]; removeLabelIds: string[] } => {
  const add = new Set(p.addLabels);
  const remove = new Set(p.removeLabels);
  if (p.addFlags.includes('flagged')) add.add(STARRED);
  if (p.removeFlags.includes('flagged')) remove.add(STARRED);
  if (p.addFlags.includes('seen') && !p.removeFlags.includes('seen')) remove.add(UNREAD);
  if (p.removeFlags.includes('seen')) add.add(UNREAD);
  for (const label of remove) if (label !== UNREAD) add.delete(label);
  const sayable = (labels: Set<string>) => [...labels].filter((label) => !FIXED.has(label));
  return { addLabelIds: sayable(add), removeLabelIds: sayable(remove) };
};

/** Places that exclude each other in Gmail: who goes into one leaves the others. */
const PLACES = ['INBOX', 'SPAM', 'TRASH'] as const;

/**
 * What the patch comes to: mail in the trash or in spam is not in the inbox, and mail that comes back to the inbox leaves
 * them. Said in full, so that undoing it restores exactly, whatever Gmail does by itself.
 */
export const expandPatch = (p: MailPatch, state: MailState): MailPatch => {
  const into = PLACES.find((place) => p.addLabels.includes(place) && !p.removeLabels.includes(place));
  const addLabels = p.addLabels.filter((label) => !FIXED.has(label));
  const removeLabels = p.removeLabels.filter((label) => !FIXED.has(label));
  const addFlags = p.addFlags.filter((flag) => flag !== 'answered');
  const removeFlags = p.removeFlags.filter((flag) => flag !== 'answered');
  if (into === undefined) return { addLabels, removeLabels, addFlags, removeFlags };
  const leaves = PLACES.filter((place) => place !== into && state.labels.includes(place));
  return {
    addLabels: addLabels.filter((label) => !leaves.some((left) => left === label)),
    removeLabels: [...new Set([...removeLabels, ...leaves])],
    addFlags,
    removeFlags,
  };
};
