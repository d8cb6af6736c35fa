import { createHash } from 'node:crypto';
import type { RemoteLabel } from '#mail/port.ts';

/** The labels that every local mailbox has. Archived means: not in INBOX. */
export const SYSTEM_LABELS: readonly RemoteLabel[] = [
  { id: 'INBOX', name: 'Inbox', role: 'inbox' },
  { id: 'SENT', name: 'Sent', role: 'sent' },
  { id: 'DRAFTS', name: 'Drafts', role: 'drafts' },
  { id: 'SPAM', name: 'Spam', role: 'spam' },
  { id: 'TRASH', name: 'Trash', role: 'trash' },
];

const key = (name: string): string => name.normalize('NFC').trim().toLowerCase();

/** The system label of that name, in any case. */
export const systemLabel = (name: string): RemoteLabel | undefined =>
  SYSTEM_LABELS.find((label) => key(label.name) === key(name) || key(label.id) === key(name));

/** A label made for a name. Names that differ only in case give the same id, so it is made once. */
export const labelFor = (name: string): RemoteLabel => ({
  id: `label-${createHash('sha256').update(key(name)).digest('hex').slice(0, 16)}`,
  name: name.trim(),
  role: null,
});
