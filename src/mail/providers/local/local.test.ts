import { expect, test } from 'vitest';
import type { Db } from '#db/db.ts';
import { CopyCounter, contentHash } from '#mail/content-hash.ts';
import { NO_SIGN_IN } from '#mail/port.ts';
import { mailboxContract } from '#mail/providers/contract.ts';
import { ManualClock } from '#std/clock.ts';
import { toInstant } from '#std/time.ts';
import { onEveryDatabase, testDatabase } from '#test/kit/databases.ts';
import { deliver, messageId } from './deliver.ts';
import { localProvider } from './local.ts';
import { expireCursors } from './store.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const arrival = (raw: Uint8Array) => ({ raw, date: new ManualClock().now(), labels: ['Inbox'], flags: [] });

const addAccount = async (db: Db): Promise<void> => {
  const now = '2026-01-15T09:00:00.000Z';
  await db.write(async (tx) => {
    await tx.run(
      `insert into users (id, email, display_name, time_zone, locale, created_at, updated_at)
       values ('u1', 'u@x.example', 'U', 'UTC', 'en', $1, $1)`,
      [now],
    );
    await tx.run(
      `insert into accounts (id, user_id, provider, email, display_name, status, created_at, updated_at)
       values ('a1', 'u1', 'local', 'u@x.example', 'U', 'active', $1, $1)`,
      [now],
    );
  });
};

const ACCOUNT = { id: 'a1', userId: 'u1', email: 'u@x.example', config: {}, signIn: NO_SIGN_IN };

// A libSQL server speaks the SQL of the embedded engine.
const KINDS = ['memory', 'postgres'] as const;

onEveryDatabase(
  'The local provider',
  (fresh, kind) => {
    const open = async () => {
      const database = await fresh();
      await addAccount(database.db);
      const provider = localProvider({ db: database.db, clock: new ManualClock() });
      return {
        database,
        mailbox: provider.open(ACCOUNT),
        deliver: async (raw: Uint8Array) => {
          await database.db.write((tx) => deliver(tx, { accountId: 'a1', mails: [arrival(raw)] }));
          return messageId(contentHash(raw));
        },
        expireCursors: async () => {
          await database.db.write((tx) => expireCursors(tx, 'a1'));
        },
        [Symbol.asyncDispose]: async () => database[Symbol.asyncDispose](),
      };
    };
    mailboxContract(`local on ${kind}`, open);
  },
  KINDS,
);

test('an archive with the same mail twice gives two messages, and reading it again adds nothing', async () => {
  await using database = await testDatabase();
  const { db } = database;
  await addAccount(db);
  const provider = localProvider({ db, clock: new ManualClock() });
  const archive = [bytes('Subject: a\n\n'), bytes('Subject: b\n\n'), bytes('Subject: a\n\n')].map(arrival);
  const read = async (pageSize: number): Promise<number> => {
    const copies = new CopyCounter();
    let added = 0;
    for (let i = 0; i < archive.length; i += pageSize) {
      const mails = archive.slice(i, i + pageSize).map((mail) => {
        const hash = contentHash(mail.raw);
        return { ...mail, hash, copy: copies.next(hash) };
      });
      added += (await db.write((tx) => deliver(tx, { accountId: 'a1', mails }))).length;
    }
    return added;
  };
  expect(await read(2)).toBe(3);
  expect(await read(3)).toBe(0);
  expect((await provider.open(ACCOUNT).list(null, 10)).ids).toHaveLength(3);
});

test('mail that was deleted does not come back with its archive', async () => {
  await using database = await testDatabase();
  const { db } = database;
  await addAccount(db);
  const provider = localProvider({ db, clock: new ManualClock() });
  const mails = [arrival(bytes('Subject: a\n\n'))];
  const [id] = await db.write((tx) => deliver(tx, { accountId: 'a1', mails }));
  await provider.open(ACCOUNT).delete(id ?? '');
  expect(await db.write((tx) => deliver(tx, { accountId: 'a1', mails }))).toEqual([]);
  expect((await provider.open(ACCOUNT).list(null, 10)).ids).toEqual([]);
});

test('labels are made for the names that come with the mail, in any case of letters', async () => {
  await using database = await testDatabase();
  await addAccount(database.db);
  const mailbox = localProvider({ db: database.db, clock: new ManualClock() }).open(ACCOUNT);
  const mails = [
    { ...arrival(bytes('a')), labels: ['Work', 'inbox'] },
    { ...arrival(bytes('b')), labels: ['work'] },
  ];
  const ids = await database.db.write((tx) => deliver(tx, { accountId: 'a1', mails }));
  const work = await mailbox.ensureLabel('WORK');
  expect(work.name).toBe('Work');
  const states = (await mailbox.fetch(ids)).map((mail) => mail.state.labels.toSorted());
  expect(states).toEqual(expect.arrayContaining([['INBOX', work.id], [work.id]]));
});

test('the same mail sent again is sent once', async () => {
  await using database = await testDatabase();
  await addAccount(database.db);
  const mailbox = localProvider({ db: database.db, clock: new ManualClock() }).open(ACCOUNT);
  const mail = {
    opId: '0'.repeat(32),
    messageId: '1@x',
    raw: bytes('Subject: once\nMessage-ID: <1@x>\n\n'),
    from: 'u@x.example',
    recipients: ['v@x.example'],
    threadKey: null,
    stagedId: null,
    since: toInstant(0),
  };
  expect(await mailbox.send(mail)).toBe(await mailbox.send(mail));
  expect(await mailbox.findByMessageId('1@x')).toHaveLength(1);
});
