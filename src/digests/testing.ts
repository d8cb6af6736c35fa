import { accessPorts } from '#access/testing.ts';
import { createUser } from '#access/user-store.ts';
import { createAccount } from '#accounts/store.ts';
import type { Db } from '#db/db.ts';
import { syncLabels } from '#mail/label-store.ts';
import type { Address, AttachmentInfo, ParsedMail } from '#mail/message.ts';
import { newTextOf } from '#mail/quotes.ts';
import { saveMail } from '#mail/save-store.ts';
import { Untrusted } from '#mail/untrusted.ts';
import { createQueue } from '#queue/queue.ts';
import { ManualClock } from '#std/clock.ts';
import { idMaker } from '#std/ids.ts';
import { seededRandom } from '#std/random.ts';
import { toInstant } from '#std/time.ts';
import type { DigestPorts } from './ports.ts';

/** What a test says of a message; it is new, unread and in the inbox otherwise. */
export interface GivenMail {
  from?: Address;
  subject?: string;
  text?: string;
  /** Messages of one key are one thread; a thread of its own when left out. */
  thread?: string;
  /** Milliseconds that it was received before now; 1 when left out, since a window ends before its end. */
  lateMs?: number;
  read?: boolean;
  labels?: string[];
  attachments?: AttachmentInfo[];
}

let counter = 0;

const parsed = (m: GivenMail): ParsedMail => {
  const text = m.text ?? 'Hello there.';
  return {
    rfc822MessageId: null,
    inReplyTo: null,
    references: [],
    from: [m.from ?? { name: '', address: `sender-${counter}@mail.example` }],
    replyTo: [],
    to: [],
    cc: [],
    bcc: [],
    subject: m.subject ?? 'Hello',
    date: null,
    headers: [],
    text,
    html: null,
    newText: newTextOf(text),
    snippet: '',
    attachments: m.attachments ?? [],
    hasCalendar: false,
    notes: [],
  };
};

/** A user with one account and an inbox, in a database of their own or beside others. */
export const reader = async (db: Db, clock = new ManualClock()) => {
  const newId = idMaker(clock, seededRandom(++counter));
  const queue = createQueue({ db, clock, newId });
  const ports: DigestPorts & { clock: ManualClock } = { db, clock, newId, queue, digestChannels: ['web'] };
  const email = `reader-${counter}@mail.example`;
  const access = { ...accessPorts(db), clock, newId };
  const user = await createUser(access, { email, displayName: 'Reader', timeZone: 'UTC' });
  const userId = user.id;
  const account = await createAccount(ports, { userId, provider: 'local', email, displayName: 'Reader' });
  const remote = [
    { id: 'INBOX', name: 'Inbox', role: 'inbox' as const },
    { id: 'ARCHIVE', name: 'Archive', role: 'archive' as const },
  ];
  await db.write((tx) => syncLabels(tx, { userId, accountId: account.id, remote, newId, now: clock.now() }));

  /** Stores messages as a sync would; returns their ids. */
  const receive = async (...mails: GivenMail[]): Promise<string[]> => {
    const context = {
      userId,
      accountId: account.id,
      ownAddress: email,
      newId,
      now: clock.now(),
    };
    const arrived = mails.map((m) => {
      const key = `m${++counter}`;
      return {
        providerMessageId: key,
        threadKey: m.thread ?? key,
        internalDate: toInstant(clock.ms() - (m.lateMs ?? 1)),
        sizeBytes: 100,
        state: { labels: m.labels ?? ['INBOX'], flags: m.read ? (['seen'] as const).slice() : [] },
        mail: new Untrusted(parsed(m)),
      };
    });
    const saved = await db.write((tx) => saveMail(tx, context, arrived));
    return saved.map((s) => s.messageId);
  };

  return { ports, clock, userId, accountId: account.id, receive };
};

export type Reader = Awaited<ReturnType<typeof reader>>;
