import type { MailHead } from '#mail/head-store.ts';
import type { Untrusted } from '#mail/untrusted.ts';
import { oneLine } from './text.ts';

/** Who wrote a message and what it is called, as its owner may see it on a terminal. */
export const mailLine = (head: Untrusted<MailHead> | undefined): { from: string; subject: string } => {
  const shown = head?.reveal();
  if (!shown) return { from: '', subject: '(no longer there)' };
  const from = oneLine(shown.fromName) || oneLine(shown.fromAddress);
  return { from, subject: oneLine(shown.subject) || '(no subject)' };
};
