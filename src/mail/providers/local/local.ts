import type { Db } from '#db/db.ts';
import type { MailProvider } from '#mail/port.ts';
import type { Clock } from '#std/clock.ts';
import { localMailbox } from './mailbox.ts';

/** A provider that is its own mail server: `deliver` puts mail in. */
export const localProvider = (ports: { db: Db; clock: Clock }): MailProvider => ({
  kind: 'local',
  title: 'A mail archive or the demo mailbox, kept on this machine',
  open: (account) => localMailbox(ports, account),
  forget: async () => {},
  close: async () => {},
});
