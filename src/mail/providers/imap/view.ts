import type { Sql } from '#db/db.ts';
import type { LabelRole, MailState } from '#mail/message.ts';
import type { RemoteLabel } from '#mail/port.ts';
import { type Folder, type KeywordLabel, readFolders, readMailboxState } from './folder-store.ts';
import { isLabel, labelIdOf, nameOf } from './keywords.ts';
import type { Marks } from './sighting.ts';
import { fromUtf7, toUtf7 } from './utf7.ts';

/** What a mailbox has for labels: its folders, and its keywords by label id. */
export interface View {
  folders: Folder[];
  keywords: Record<string, KeywordLabel>;
  gmail: boolean;
}

export const readView = async (sql: Sql, accountId: string): Promise<View> => {
  const [folders, state] = [await readFolders(sql, accountId), await readMailboxState(sql, accountId)];
  return { folders, keywords: state.labels ?? {}, gmail: state.gmail ?? false };
};

export const folderLabelId = (folder: { id: string }): string => `f:${folder.id}`;

export const folderOfLabel = (view: View, label: string): Folder | undefined =>
  label.startsWith('f:') ? view.folders.find((f) => f.id === label.slice(2)) : undefined;

export const folderByRole = (view: View, role: LabelRole): Folder | undefined =>
  view.folders.find((f) => f.role === role);

const INBOX_NAME = 'Inbox';

export const labelsOf = (view: View): RemoteLabel[] => [
  ...view.folders
    .filter((f) => !f.state.all)
    .map((f) => ({
      id: folderLabelId(f),
      name: f.role === 'inbox' ? INBOX_NAME : f.path,
      role: f.role,
    })),
  ...Object.entries(view.keywords).map(([id, { name }]) => ({ id, name, role: null })),
];

/** How Gmail names the labels that it has itself (X-GM-LABELS). */
const GMAIL_NAMES: Partial<Record<LabelRole, string>> = {
  inbox: '\\Inbox',
  sent: '\\Sent',
  drafts: '\\Draft',
};

/** A folder's name among Gmail's labels. */
export const gmailLabelOf = (folder: Folder): string =>
  (folder.role && GMAIL_NAMES[folder.role]) ?? toUtf7(folder.path);

const gmailFolder = (view: View, name: string): Folder | undefined => {
  const plain = name.replace(/^\\\\/, '\\').toLowerCase();
  const role = (['inbox', 'sent', 'drafts'] as const).find((r) => GMAIL_NAMES[r]?.toLowerCase() === plain);
  if (role ?? plain === '\\drafts') return folderByRole(view, role ?? 'drafts');
  const path = fromUtf7(name);
  return view.folders.find((f) => f.path === path);
};

/** The state of a message that lies in that folder with these marks. */
export const stateOf = (
  view: View,
  folder: Folder,
  o: { marks: Marks; kept: readonly string[] },
): MailState => {
  const labels = new Set<string>();
  if (view.gmail && folder.state.all) {
    for (const name of o.marks.labels) {
      const found = gmailFolder(view, name);
      if (found && !found.state.all) labels.add(folderLabelId(found));
    }
  } else {
    labels.add(folderLabelId(folder));
  }
  if (!view.gmail)
    for (const keyword of o.marks.keywords) if (isLabel(keyword)) labels.add(labelIdOf(keyword));
  for (const label of o.kept) labels.add(label);
  return { labels: [...labels], flags: o.marks.flags };
};

/** Keywords among these that are labels nobody has heard of yet, with their names. */
export const unknownKeywords = (view: View, keywords: Iterable<string>): Record<string, KeywordLabel> => {
  const found: Record<string, KeywordLabel> = {};
  if (view.gmail) return found;
  for (const keyword of keywords) {
    if (!isLabel(keyword)) continue;
    const id = labelIdOf(keyword);
    if (!(id in view.keywords)) found[id] = { keyword, name: nameOf(keyword) };
  }
  return found;
};

/** Whether two states are the same, in whatever order they are told. */
export const sameState = (a: MailState, b: MailState): boolean =>
  sameSet(a.labels, b.labels) && sameSet(a.flags, b.flags);

const sameSet = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((x) => b.includes(x));
