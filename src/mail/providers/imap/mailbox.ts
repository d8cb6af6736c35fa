import type { LabelRole } from '#mail/message.ts';
import { attachmentBytes } from '#mail/mime.ts';
import type { Lane, Mailbox, MailboxHealth, MailCapabilities, Outgoing } from '#mail/port.ts';
import { AppError } from '#std/errors.ts';
import { ensureLabel, readLabels } from './ensure.ts';
import { readMirror } from './folder-store.ts';
import { forgetBuried } from './forget.ts';
import { changesAfter, listPage, surveyAll } from './history.ts';
import { countMessages, readByMessageId } from './message-store.ts';
import type { Mirror } from './mirror.ts';
import { expand, modify, remove } from './modify.ts';
import { fetchMails, readRaw, readState } from './read.ts';
import { scan } from './scan.ts';
import { fileInto, markAnswered, trace } from './sent.ts';
import type { Session } from './session.ts';
import { filesSentMail, type ImapSettings } from './settings.ts';

/** What a mailbox does its work with. */
export interface MailboxPorts {
  mirror: Mirror;
  settings: ImapSettings;
  use<T>(lane: Lane, work: (session: Session) => Promise<T>): Promise<T>;
  /** Returns recipients that were refused. */
  submit(mail: Outgoing): Promise<string[]>;
  trySubmission(): Promise<void>;
  watch(onChange: () => Promise<void> | void): () => void;
}

const capabilities = (settings: ImapSettings): MailCapabilities => ({
  push: true,
  modify: true,
  permanentDelete: true,
  serverLabels: true,
  send: settings.smtp !== null,
  wholeHistory: false,
});

/** A mailbox at an IMAP server, told from its mirror. A cursor is the modseq of the last change that was told, as text. */
export const imapMailbox = (ports: MailboxPorts): Mailbox => {
  const { mirror, settings } = ports;
  const { db, accountId } = mirror;
  const use = <T>(work: (session: Session) => Promise<T>): Promise<T> => ports.use('interactive', work);
  const look = async (): Promise<void> => {
    await use((session) => scan(mirror, session));
    await forgetBuried(mirror);
  };
  const file = (role: LabelRole, raw: Uint8Array, flags: string[]): Promise<string> =>
    use((session) => fileInto(mirror, session, { role, raw, flags }));
  const markAnsweredBy = ({ raw }: Outgoing): Promise<void> =>
    use((session) => markAnswered(mirror, session, raw));
  const { backfillDays } = mirror.options;
  return {
    can: capabilities(settings),
    ...(backfillDays === undefined ? {} : { backfillDays }),
    labels: () => use((session) => readLabels(mirror, session)),
    ensureLabel: (name) => use((session) => ensureLabel(mirror, session, name)),
    changes: (cursor, limit) => changesAfter(mirror, { cursor, limit, look }),
    hasReached: (cursor, told) => Number(cursor) >= Number(told),
    list: async (page, limit, o) => {
      if (page === null) await look();
      return listPage(mirror, { page, limit, since: o?.since });
    },
    survey: async function* (since, limit) {
      await look();
      yield* surveyAll(mirror, { since, limit });
    },
    cursor: async () => {
      await look();
      return String((await readMirror(db, accountId)).last);
    },
    fetch: (ids, o) => ports.use(o?.lane ?? 'interactive', (session) => fetchMails(mirror, session, ids)),
    state: (id) => use((session) => readState(mirror, session, id)),
    expand: (wanted, state) => use((session) => expand(mirror, session, { wanted, state })),
    modify: (id, wanted) => use((session) => modify(mirror, session, { id, wanted })),
    delete: (id) => use((session) => remove(mirror, session, id)),
    findByMessageId: async (rfc822MessageId) => {
      await look();
      return (await readByMessageId(db, accountId, rfc822MessageId)).map((row) => row.id);
    },
    attachment: async (id, index) => {
      const raw = await use((session) => readRaw(mirror, session, id));
      return raw && attachmentBytes(raw, index);
    },
    raw: (id) => use((session) => readRaw(mirror, session, id)),
    createDraft: (raw) => file('drafts', raw, ['\\Draft', '\\Seen']),
    stage: async () => null,
    send: async (mail, onRefused) => {
      const refused = await ports.submit(mail);
      if (refused.length > 0) onRefused?.(refused);
      await anyway(() => markAnsweredBy(mail));
      return filesSentMail(settings) ? null : anyway(() => file('sent', mail.raw, ['\\Seen']));
    },
    traceSend: async (mail) => {
      const found = await use((session) => trace(mirror, session, mail));
      // Whoever sent it may not have come to that.
      if (found.kind === 'sent') await anyway(() => markAnsweredBy(mail));
      return found;
    },
    unstage: async () => {},
    watch: (onChange) => ports.watch(() => onChange()),
    test: () => health(ports),
  };
};

/** The mail is out: what fails after that must not look as if it were not. */
const anyway = async <T>(work: () => Promise<T>): Promise<T | null> => {
  try {
    return await work();
  } catch (e) {
    if (e instanceof AppError) return null;
    throw e;
  }
};

/** What a person may want to know of a server's extensions, and what it means when one is missing. */
const NOTES: readonly [capability: string, present: string, missing: string][] = [
  [
    'IDLE',
    'The server tells of new mail at once.',
    'The server does not tell of new mail; it is asked every two minutes.',
  ],
  [
    'CONDSTORE',
    'The server tells what changed.',
    'The server does not tell what changed, so marks are read in turns.',
  ],
  ['MOVE', 'The server moves mail in one step.', 'The server moves mail in three steps.'],
];

const health = async (ports: MailboxPorts): Promise<MailboxHealth> => {
  const { mirror, settings } = ports;
  const notes = await ports.use('interactive', async (session) => {
    // Looks only: somebody may be trying a mailbox that has no account yet.
    await session.list({ status: false, hints: mirror.folderHints });
    const told = NOTES.map(([name, present, missing]) => (session.has(name) ? present : missing));
    if (!session.canMove)
      told.push(
        'The server can neither move mail nor delete one message alone, so nothing is archived or deleted.',
      );
    return told;
  });
  if (settings.smtp) await ports.trySubmission();
  else notes.push('The account does not send: it has no SMTP server.');
  const messages = await countMessages(mirror.db, mirror.accountId);
  return { email: settings.username, messages: messages > 0 ? messages : null, notes };
};
