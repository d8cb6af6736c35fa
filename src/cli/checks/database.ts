import { existsSync } from 'node:fs';
import { listAccounts } from '#accounts/store.ts';
import { maskUrl } from '#config/redact.ts';
import type { Db } from '#db/db.ts';
import { currentVersion } from '#db/migrate.ts';
import { MIGRATIONS } from '#db/migrations/catalog.ts';
import { engineOf, openDatabase } from '#db/open.ts';
import { leaseClockOf } from '#queue/claim-store.ts';
import { createQueue } from '#queue/queue.ts';
import { silentJobs } from '#queue/rescue.ts';
import { talliesSince } from '#queue/tally-store.ts';
import { idMaker } from '#std/ids.ts';
import { systemRandom } from '#std/random.ts';
import { toInstant, toMs } from '#std/time.ts';
import type { Check, Examined, Finding } from './check.ts';

type Found = Omit<Finding, 'name'>;

/** Work that has been due for so long that no worker can be alive. */
const LATE_MS = 10 * 60_000;

/** Processes that write to one libSQL server, from which on its own settings are not enough. */
const MANY_WRITERS = 3;
const SEEN_MS = 120_000;

const schema = async (db: Db, shown: string): Promise<Found> => {
  const version = await currentVersion(db).catch(() => 0);
  const newest = MIGRATIONS.at(-1)?.id ?? 0;
  if (version === newest) return { state: 'ok', says: `${shown}, schema version ${version}.` };
  if (version > newest) {
    return {
      state: 'fail',
      says: `${shown} has schema version ${version}; this program knows ${newest}.`,
      cure: 'Install the newer Ashford that used it.',
    };
  }
  return {
    state: 'warn',
    says: `${shown} has schema version ${version}; this program makes it ${newest}.`,
    cure: 'Nothing to do: the next start brings it up to date, after copying it.',
  };
};

const integrity = async (db: Db): Promise<Found[]> => {
  if (db.engine !== 'embedded') return [];
  const rows = await db.all<{ quick_check: string }>('pragma quick_check');
  if (rows.length === 1 && rows[0]?.quick_check === 'ok') return [];
  return [
    {
      state: 'fail',
      says: `The database is damaged: ${rows[0]?.quick_check ?? 'no reason is known'}`,
      cure: 'Stop Ashford, keep a copy of the file, and put the newest backup in its place.',
    },
  ];
};

const accounts = async (db: Db): Promise<Found[]> => {
  const found = await listAccounts(db);
  if (found.length === 0) {
    return [
      {
        state: 'ok',
        says: 'No accounts yet.',
        cure: 'Connect a mailbox: ashford accounts add gmail, or ashford accounts add imap',
      },
    ];
  }
  return found.map((account): Found => {
    const says = `Account ${account.email} (${account.provider}) is ${account.status.replaceAll('_', ' ')}.`;
    if (account.status === 'active') return { state: 'ok', says };
    const reason = account.statusReason === null ? '' : ` ${account.statusReason}`;
    const cure =
      account.status === 'paused' ? 'Resume it on the accounts page.' : 'Sign in again on the accounts page.';
    return { state: account.status === 'paused' ? 'warn' : 'fail', says: `${says}${reason}`, cure };
  });
};

const work = async (db: Db, { clock, config }: Examined): Promise<Found[]> => {
  const queue = createQueue({ db, clock, newId: idMaker(clock, systemRandom) });
  const { types, oldestDue } = await queue.stats();
  const failed = types.reduce((sum, t) => sum + t.failed, 0);
  const found: Found[] = [];
  if (failed > 0) {
    found.push({
      state: 'warn',
      says: `${failed}${types.some((t) => t.more.includes('failed')) ? ' or more' : ''} failed jobs are kept.`,
      cure: '`ashford jobs dead` shows them; `ashford jobs retry --dead` tries them again.',
    });
  }
  if (oldestDue !== null && clock.ms() - toMs(oldestDue) > LATE_MS) {
    found.push({
      state: 'warn',
      says: `Work has been due since ${oldestDue}, and nobody does it.`,
      cure: 'Start the server (`ashford start`), or do it now: ashford run --until-idle',
    });
  }
  const lease = leaseClockOf(db.engine);
  const silent = await silentJobs({ db, clock, lease }, config.queue.stale_after + LATE_MS);
  if (silent.size > 0) {
    found.push({
      state: 'warn',
      says: `Workers that died still hold jobs (${silent.size}), and nobody took them back.`,
      cure: 'Start the server (`ashford start`): each worker looks for such jobs.',
    });
  }
  return found.length > 0 ? found : [{ state: 'ok', says: 'No failed jobs, and no work is late.' }];
};

/** No server tells its settings, so this only says what they should be. */
const sharing = async (db: Db, { clock }: Examined): Promise<Found[]> => {
  if (db.engine !== 'remote') return [];
  const workers = await talliesSince(db, toInstant(clock.ms() - SEEN_MS));
  if (workers.length < MANY_WRITERS) return [];
  return [
    {
      state: 'ok',
      says: `${workers.length} workers wrote to this libSQL server in the last minutes.`,
      cure: 'See that it runs with SQLD_MAX_CONCURRENT_CONNECTIONS=2: without, it may lose its write lock (docs/operating.md).',
    },
  ];
};

/** Looks without changing the schema, and without making a file that is not there. */
export const database: Check = {
  name: 'database',
  examine: async (o) => {
    const { database: url, database_auth_token } = o.config.paths;
    const shown = maskUrl(url);
    if (engineOf(url) === 'embedded' && url !== ':memory:' && !existsSync(url.replace(/^file:/, ''))) {
      return [{ state: 'ok', says: `${shown} is not made yet; the first start makes it.` }];
    }
    const db = await openDatabase({
      url,
      authToken: database_auth_token?.reveal(),
      clock: o.clock,
      random: systemRandom,
    });
    try {
      const version = await schema(db, shown);
      if (version.state !== 'ok') return [version];
      return [
        version,
        ...(await integrity(db)),
        ...(await sharing(db, o)),
        ...(await accounts(db)),
        ...(await work(db, o)),
      ];
    } finally {
      await db.close();
    }
  },
};
