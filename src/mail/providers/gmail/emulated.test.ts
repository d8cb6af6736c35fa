import { type MailboxFixture, mailboxContract } from '#mail/providers/contract.ts';
import { systemClock } from '#std/clock.ts';
import { seededRandom } from '#std/random.ts';
import { testDatabase } from '#test/kit/databases.ts';
import { startEmulatedGmail } from '#test/kit/emulated-gmail.ts';
import { addGmailAccount, GMAIL_USER, QUOTA_LIFTED } from '#test/kit/gmail.ts';
import { gmailProvider } from './gmail.ts';

// It keeps its history for ever, and its searches know neither what is not in a place nor rfc822msgid.
const UNANSWERED = ['old-cursors', 'survey', 'message-id-search'] as const;

const open = async (): Promise<MailboxFixture> => {
  const emulated = await startEmulatedGmail(GMAIL_USER);
  const database = await testDatabase();
  await addGmailAccount(database.db);
  const provider = gmailProvider({
    db: database.db,
    clock: systemClock,
    random: seededRandom(1),
    settings: { root: emulated.url, access: 'full', quota: QUOTA_LIFTED, pollMs: 20 },
  });
  const signIn = { secret: async () => '', accessToken: async () => 'any' };
  return {
    mailbox: provider.open({ id: 'a1', userId: 'u1', email: GMAIL_USER, config: {}, signIn }),
    deliver: (raw) => emulated.deliver(raw),
    expireCursors: async () => {},
    [Symbol.asyncDispose]: async () => {
      await provider.close();
      await emulated[Symbol.asyncDispose]();
      await database[Symbol.asyncDispose]();
    },
  };
};

mailboxContract('gmail as another program has it', open, UNANSWERED);
