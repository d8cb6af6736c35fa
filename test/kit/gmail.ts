import type { Db } from '#db/db.ts';
import type { AccountRef, Mailbox, MailProvider, SignIn } from '#mail/port.ts';
import { type GmailSettings, gmailProvider } from '#mail/providers/gmail/gmail.ts';
import { type Clock, systemClock } from '#std/clock.ts';
import { AppError } from '#std/errors.ts';
import { seededRandom } from '#std/random.ts';
import { type FakeGmail, startFakeGmail } from '#test/fakes/gmail/fake.ts';
import type { FakeGmailOptions } from '#test/fakes/gmail/options.ts';
import { type TestDatabase, testDatabase } from './databases.ts';

export const GMAIL_USER = 'robin@marlow.example';
export const GMAIL_FULL = 'https://mail.google.com/';
export const PUBSUB_SCOPE = 'https://www.googleapis.com/auth/pubsub';

export interface OpenGmail extends AsyncDisposable {
  fake: FakeGmail;
  database: TestDatabase;
  provider: MailProvider;
  account: AccountRef;
  mailbox: Mailbox;
  /** What the provider told of in the background. */
  problems: unknown[];
  settings: GmailSettings;
}

export interface OpenGmailOptions {
  settings?: Partial<GmailSettings>;
  /** The topic and the subscription, to be told of changes by the fake. */
  push?: { topic: string; subscription: string };
  fake?: FakeGmailOptions;
  clock?: Clock;
  scopes?: readonly string[];
  signIn?: SignIn;
  database?: TestDatabase;
}

/** So much that nothing waits. */
export const QUOTA_LIFTED = { priceList: '2026', share: 0.75, unitsPerMinute: 1_000_000_000 } as const;

/** A sign-in against the fake: renewing means another grant. */
export const fakeSignIn = (fake: FakeGmail, scopes: readonly string[] = [GMAIL_FULL]): SignIn => {
  let token = fake.grant(GMAIL_USER, scopes).accessToken;
  return {
    secret: () => Promise.reject(new AppError('needs-user', 'accounts.no-sign-in', 'No such secret')),
    accessToken: async (refused) => {
      if (refused === token) token = fake.grant(GMAIL_USER, scopes).accessToken;
      return token;
    },
  };
};

/** An account row, which quota and leases belong to. */
export const addGmailAccount = async (db: Db, id = 'a1', email = GMAIL_USER): Promise<void> => {
  const now = '2026-01-15T09:00:00.000Z';
  await db.write(async (tx) => {
    await tx.run(
      `insert into users (id, email, display_name, time_zone, locale, created_at, updated_at)
       values ('u1', 'u@x.example', 'U', 'UTC', 'en', $1, $1) on conflict do nothing`,
      [now],
    );
    await tx.run(
      `insert into accounts (id, user_id, provider, email, display_name, status, created_at, updated_at)
       values ($2, 'u1', 'gmail', $3, 'U', 'active', $1, $1)`,
      [now, id, email],
    );
  });
};

/** A Gmail mailbox on a fake of its own, with the quota lifted on both sides unless said otherwise. */
export const openGmail = async (o: OpenGmailOptions = {}): Promise<OpenGmail> => {
  const fake = await startFakeGmail({
    users: [GMAIL_USER],
    ...o.fake,
    behaviour: { quota: false, ...o.fake?.behaviour },
  });
  const database = o.database ?? (await testDatabase());
  if (!o.database) await addGmailAccount(database.db);
  const problems: unknown[] = [];
  const settings: GmailSettings = {
    root: fake.endpoints.gmail,
    access: 'full',
    quota: QUOTA_LIFTED,
    pollMs: 20,
    ...(o.push ? { push: { root: fake.endpoints.pubsub, ...o.push } } : {}),
    ...o.settings,
  };
  const provider = gmailProvider({
    db: database.db,
    clock: o.clock ?? systemClock,
    random: seededRandom(1),
    settings,
    onProblem: (err) => problems.push(err),
  });
  const signIn = o.signIn ?? fakeSignIn(fake, o.scopes);
  const account: AccountRef = { id: 'a1', userId: 'u1', email: GMAIL_USER, config: {}, signIn };
  return {
    fake,
    database,
    provider,
    account,
    mailbox: provider.open(account),
    problems,
    settings,
    [Symbol.asyncDispose]: async () => {
      await provider.close();
      await fake.close();
      await database[Symbol.asyncDispose]();
    },
  };
};
