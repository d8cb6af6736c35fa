import type { Db } from '#db/db.ts';
import type { AccountRef, SignIn } from '#mail/port.ts';
import { imapProvider } from '#mail/providers/imap/imap.ts';
import type { ImapOptions } from '#mail/providers/imap/options.ts';
import type { ImapSettings } from '#mail/providers/imap/settings.ts';
import type { WatchTimes } from '#mail/providers/imap/watch.ts';
import { type Clock, systemClock } from '#std/clock.ts';
import { idMaker } from '#std/ids.ts';
import { systemRandom } from '#std/random.ts';

export const signInWith = (password: string): SignIn => ({
  secret: async (field) => {
    if (field === 'password') return password;
    throw new Error(`There is no ${field}`);
  },
  accessToken: () => Promise.reject(new Error('There is no token')),
});

export const IMAP_OPTIONS: ImapOptions = {
  archiveFolder: 'Archive',
  snoozeFolder: 'Snoozed',
  idle: true,
  pollMs: 5 * 60_000,
  caFile: null,
};

/** Settings for a server on loopback without TLS. */
export const loopback = (o: { port: number; user: string; smtpPort?: number | undefined }): ImapSettings => ({
  imap: { host: '127.0.0.1', port: o.port, security: 'none' },
  smtp: o.smtpPort === undefined ? null : { host: '127.0.0.1', port: o.smtpPort, security: 'none' },
  username: o.user,
});

/** The rows that the mirror of an account hangs on. */
export const addImapAccount = async (db: Db, id: string): Promise<void> => {
  const now = systemClock.now();
  await db.write(async (tx) => {
    await tx.run(
      `insert into users (id, email, display_name, time_zone, locale, created_at, updated_at)
       values ('u1', 'u@x.example', 'U', 'UTC', 'en', $1, $1) on conflict do nothing`,
      [now],
    );
    await tx.run(
      `insert into accounts (id, user_id, provider, email, display_name, status, created_at, updated_at)
       values ($1, 'u1', 'imap', $2, 'U', 'active', $3, $3)`,
      [id, `${id}@x.example`, now],
    );
  });
};

export const imapAccount = (o: { id: string; settings: ImapSettings; password: string }): AccountRef => ({
  id: o.id,
  userId: 'u1',
  email: `${o.id}@x.example`,
  config: o.settings,
  signIn: signInWith(o.password),
});

export const testImapProvider = (
  db: Db,
  o: { clock?: Clock; options?: Partial<ImapOptions>; watchTimes?: WatchTimes } = {},
) => {
  const clock = o.clock ?? systemClock;
  return imapProvider({
    db,
    clock,
    newId: idMaker(clock, systemRandom),
    random: systemRandom,
    imap: { ...IMAP_OPTIONS, ...o.options },
    ...(o.watchTimes && { watchTimes: o.watchTimes }),
  });
};
