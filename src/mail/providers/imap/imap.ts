import { readFileSync } from 'node:fs';
import type { Db } from '#db/db.ts';
import type { AccountRef, Lane, MailProvider } from '#mail/port.ts';
import type { Clock } from '#std/clock.ts';
import { AppError } from '#std/errors.ts';
import type { NewId } from '#std/ids.ts';
import type { Random } from '#std/random.ts';
import type { Dial } from './connect.ts';
import { Link } from './link.ts';
import { imapMailbox } from './mailbox.ts';
import type { Mirror } from './mirror.ts';
import type { ImapOptions } from './options.ts';
import type { Session } from './session.ts';
import { type ImapSettings, settingsOf } from './settings.ts';
import { submit, trySubmission } from './smtp.ts';
import { WATCH_TIMES, type WatchTimes, watchMailbox } from './watch.ts';

export interface ImapPorts {
  db: Db;
  clock: Clock;
  newId: NewId;
  random: Random;
  imap: ImapOptions;
  /** Of the connections that wait for news; the usual ones when it is not said. */
  watchTimes?: WatchTimes;
}

/** What is kept of an account between two openings: its connections, at most three. */
interface Kept {
  account: AccountRef;
  settings: ImapSettings;
  dial: () => Dial;
  links: Record<Lane, Link>;
  watches: Set<() => void>;
}

/** Any IMAP server, with SMTP for sending. */
export const imapProvider = (ports: ImapPorts): MailProvider => {
  const accounts = new Map<string, Kept>();
  const ca = certificates(ports.imap.caFile);

  const keep = (account: AccountRef): Kept => {
    const known = accounts.get(account.id);
    if (known && JSON.stringify(known.account.config) === JSON.stringify(account.config)) {
      known.account = account;
      return known;
    }
    if (known) letGo(known);
    const settings = settingsOf(account.config);
    const dial = (): Dial => ({ settings, signIn: kept.account.signIn, ca: ca() });
    const links = { interactive: new Link(ports.clock, dial), bulk: new Link(ports.clock, dial) };
    const kept: Kept = { account, settings, dial, links, watches: new Set() };
    accounts.set(account.id, kept);
    return kept;
  };

  const open = (account: AccountRef) => {
    const kept = keep(account);
    const { settings, dial, links } = kept;
    return imapMailbox({
      mirror: mirrorOf(ports, account.id, settings),
      settings,
      use: <T>(lane: Lane, work: (session: Session) => Promise<T>) => links[lane].use(work),
      submit: (mail) => submit(ports.clock, dial(), mail),
      trySubmission: () => trySubmission(dial()),
      watch: (onChange) => {
        const { clock, random, imap, watchTimes = WATCH_TIMES } = ports;
        const { idle, pollMs } = imap;
        const stop = watchMailbox(
          { clock, random, dial, path: 'INBOX', idle, pollMs, times: watchTimes },
          onChange,
        );
        kept.watches.add(stop);
        return () => {
          kept.watches.delete(stop);
          stop();
        };
      },
    });
  };

  const forget = async (accountId: string): Promise<void> => {
    const kept = accounts.get(accountId);
    accounts.delete(accountId);
    if (kept) letGo(kept);
  };

  return {
    kind: 'imap',
    title: 'Any mailbox that speaks IMAP',
    open,
    forget,
    close: async () => {
      for (const id of [...accounts.keys()]) await forget(id);
    },
  };
};

const letGo = (kept: Kept): void => {
  for (const stop of kept.watches) stop();
  kept.watches.clear();
  kept.links.interactive.close();
  kept.links.bulk.close();
};

const mirrorOf = (ports: ImapPorts, accountId: string, settings: ImapSettings): Mirror => {
  const { db, clock, newId, imap } = ports;
  const { spam, ...folders } = settings.folders ?? {};
  const folderHints = { ...folders, ...(spam !== undefined && { junk: spam }) };
  return { db, clock, newId, accountId, options: imap, folderHints };
};

/** Read when it is first needed, so that a mistake in its name hurts only IMAP accounts. */
const certificates = (file: string | null): (() => string | null) => {
  let pem: string | null | undefined;
  return () => {
    if (file === null) return null;
    try {
      pem ??= readFileSync(file, 'utf8');
    } catch (e) {
      throw new AppError('permanent', 'imap.ca-file', 'The file of imap.ca_file cannot be read', {
        help: 'Correct its path in the config.',
        cause: e,
      });
    }
    return pem;
  };
};
