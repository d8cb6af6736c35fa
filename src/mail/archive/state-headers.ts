import { decodeText } from '#mail/encoded-word.ts';
import type { RawHeader } from '#mail/headers.ts';
import type { Flag } from '#mail/message.ts';

/** What an archive says about a message beside its content. */
export interface ArchivedState {
  /** Names. */
  labels: string[];
  flags: Flag[];
}

const MOZILLA_READ = 0x1;
const MOZILLA_ANSWERED = 0x2;
const MOZILLA_FLAGGED = 0x4;

/**
 * Reads what mail programs write into an mbox about each message: Status and X-Status (mutt, UW, Dovecot), X-Mozilla-Status
 * (Thunderbird), X-Gmail-Labels (Google Takeout). Without labels it is in the inbox.
 */
export const readStateHeaders = (headers: readonly RawHeader[]): ArchivedState => {
  const flags = new Set<Flag>();
  let labels: string[] | undefined;
  for (const [name, value] of headers) {
    if (name === 'status') {
      if (value.includes('R')) flags.add('seen');
    } else if (name === 'x-status') {
      if (value.includes('F')) flags.add('flagged');
      if (value.includes('A')) flags.add('answered');
    } else if (name === 'x-mozilla-status') {
      const bits = Number.parseInt(value, 16);
      if (bits & MOZILLA_READ) flags.add('seen');
      if (bits & MOZILLA_ANSWERED) flags.add('answered');
      if (bits & MOZILLA_FLAGGED) flags.add('flagged');
    } else if (name === 'x-gmail-labels') {
      labels = gmailLabels(decodeText(value), flags);
    }
  }
  return { labels: labels ?? ['Inbox'], flags: [...flags] };
};

/** What Takeout writes for states, and for sorting of Gmail's own, is no label. */
const gmailLabels = (list: string, flags: Set<Flag>): string[] => {
  const labels: string[] = [];
  let unread = false;
  for (const found of list.matchAll(/"((?:[^"\\]|\\.)*)"|([^,]+)/g)) {
    const name = (found[1] ?? found[2] ?? '').trim();
    const key = name.toLowerCase();
    if (key === 'unread') unread = true;
    else if (key === 'starred') flags.add('flagged');
    else if (key === '' || GMAIL_OWN.test(key)) continue;
    else labels.push(key === 'draft' ? 'Drafts' : name);
  }
  if (!unread) flags.add('seen');
  return labels;
};

const GMAIL_OWN = /^(?:opened|archived|important|category .*)$/;
