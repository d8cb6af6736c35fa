import type { App } from '#app.ts';
import type { Mailbox, MailProvider } from '#mail/port.ts';
import { AppError } from '#std/errors.ts';

/** What the stand-in takes. */
export const RIGHT = 'right';

const check = async (secret: Promise<string>): Promise<void> => {
  if ((await secret) === RIGHT) return;
  throw new AppError('needs-user', 'imap.refused', 'The server refused the password', {
    help: 'Type it in again.',
  });
};

const standIn = (local: MailProvider): MailProvider => ({
  ...local,
  kind: 'imap',
  title: 'A stand-in',
  open: (account) => {
    const test = async () => {
      await check(account.signIn.secret('password'));
      return { email: account.email, messages: 0, notes: ['It is a stand-in.'] };
    };
    return new Proxy(local.open(account), {
      get: (target, key) => {
        if (key === 'test') return test;
        const value = target[key as keyof Mailbox];
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
  },
  usage: async () => ({
    unitsLastMinute: 40,
    unitsToday: 900,
    unitsPerMinute: 4_500,
    slowUntil: null,
    sendsRestUntil: null,
    projectRestsUntil: null,
  }),
  forget: async () => {},
});

/** Puts a provider in the place of IMAP whose mailboxes are kept here and want a password. */
export const standInForImap = ({ providers }: Pick<App, 'providers'>): void => {
  const all = providers as MailProvider[];
  const local = all.find((p) => p.kind === 'local');
  if (!local) throw new Error('There is no local provider');
  const at = all.findIndex((p) => p.kind === 'imap');
  if (at >= 0) all.splice(at, 1);
  all.push(standIn(local));
};
