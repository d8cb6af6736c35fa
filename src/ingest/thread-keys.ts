import type { Tx } from '#db/db.ts';
import type { ParsedMail } from '#mail/message.ts';
import { threadKeysOf } from '#mail/message-store.ts';
import type { FetchedMail } from '#mail/port.ts';
import type { Untrusted } from '#mail/untrusted.ts';

type Fetched = FetchedMail & { mail: Untrusted<ParsedMail> };

/**
 * The key that names each message's thread: the provider's own id; else the first message that References goes back to
 * (RFC 5322 §3.6.4), which a whole thread has in common in whatever order it arrives; else the thread of the message
 * that In-Reply-To names; else the message itself.
 */
export const threadKeysFor = async (
  tx: Tx,
  accountId: string,
  fetched: readonly Fetched[],
): Promise<string[]> => {
  const wanted = new Set<string>();
  for (const f of fetched) {
    const m = f.mail.reveal();
    const first = m.references[0] ?? m.inReplyTo;
    if (f.threadKey === null && first) wanted.add(first);
  }
  const known = wanted.size > 0 ? await threadKeysOf(tx, accountId, [...wanted]) : new Map<string, string>();
  return fetched.map((f) => {
    if (f.threadKey !== null) return f.threadKey;
    const m = f.mail.reveal();
    const first = m.references[0] ?? m.inReplyTo;
    // A message of this very page that is named here carries its own id as key, or goes back further itself.
    if (first) {
      const key = known.get(first) ?? first;
      known.set(m.rfc822MessageId ?? '', key);
      return key;
    }
    return m.rfc822MessageId ?? f.id;
  });
};
