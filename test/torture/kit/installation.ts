import { createAccount, findAccountByEmail } from '#accounts/store.ts';
import { type App, openApp } from '#app.ts';
import { loadConfig } from '#config/load.ts';
import { syncJob } from '#ingest/sync.job.ts';
import { deliver } from '#mail/providers/local/deliver.ts';
import { type Clock, systemClock } from '#std/clock.ts';
import { toInstant } from '#std/time.ts';
import { openLog } from '#telemetry/log.ts';
import type { TrialDatabase } from '#test/torture/trial.ts';

export type Place = Pick<TrialDatabase, 'url' | 'dir' | 'authToken'>;

/** How a process is told of a database. */
export const placeText = (place: Place): string => JSON.stringify(place);
export const placeOf = (text: string | undefined): Place => JSON.parse(text ?? '{}') as Place;

/** The whole program on a database that others may have open too. Its warnings go to stderr. */
export const openInstallation = async (
  place: Place,
  o: { clock?: Clock; settings?: Record<string, unknown> } = {},
): Promise<App> => {
  const clock = o.clock ?? systemClock;
  const { config } = loadConfig({
    env: {},
    cwd: place.dir,
    homeDir: place.dir,
    readFile: () => undefined,
    overrides: {
      'paths.data_dir': place.dir,
      'paths.database': place.url,
      ...(place.authToken ? { 'paths.database_auth_token': place.authToken } : {}),
      ...o.settings,
    },
  });
  const log = await openLog({ format: 'text', level: 'error', clock: systemClock });
  return openApp({ config, version: '0.0.0-torture', log, clock });
};

const EMAIL = 'robin@marlow.example';

/** The local mailbox that trials put mail into; made when it is not there. */
export const mailboxOf = async (app: App): Promise<string> => {
  const key = { userId: app.owner.id, provider: 'local', email: EMAIL };
  const known = await findAccountByEmail(app.db, key);
  return (known ?? (await createAccount(app, { ...key, displayName: 'Robin' }))).id;
};

const rawOf = (n: number): Uint8Array =>
  new TextEncoder().encode(
    `From: Ada <ada@example.com>\r\nTo: ${EMAIL}\r\nSubject: Letter ${n}\r\nMessage-ID: <letter-${n}@torture.example>\r\n` +
      `Date: Thu, 15 Jan 2026 08:00:00 +0000\r\n\r\nThis is letter number ${n}.\r\n`,
  );

/** Puts letters `from` to `to` into the mailbox, in one transaction with the sync that takes them in. */
export const deliverLetters = async (
  app: App,
  accountId: string,
  range: { from: number; to: number },
): Promise<void> => {
  const mails = Array.from({ length: range.to - range.from + 1 }, (_, i) => ({
    raw: rawOf(range.from + i),
    date: toInstant(app.clock.ms()),
    labels: ['INBOX'],
    flags: [],
  }));
  await app.db.write(async (tx) => {
    await deliver(tx, { accountId, mails });
    await app.queue.enqueue(syncJob, { accountId }, { tx, userId: app.owner.id });
  });
};
