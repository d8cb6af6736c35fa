import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Db } from '#db/db.ts';
import { openDatabase } from '#db/open.ts';
import { readRulesFile } from '#rules/file.ts';
import { createRules } from '#rules/store.ts';
import { systemClock } from '#std/clock.ts';
import { systemRandom } from '#std/random.ts';
import {
  connectGmail,
  type GmailWorld,
  type GmailWorldOptions,
  startGmail,
} from '#test/torture/kit/gmail-world.ts';
import { openInstallation } from '#test/torture/kit/installation.ts';
import { startServed } from '#test/torture/kit/server.ts';
import { readAccount, type StoredAccount } from './stored.ts';

export const USER = 'robin@marlow.example';

/** The program in a process of its own, beside the stand-in for Gmail in another. */
export interface Bed extends AsyncDisposable {
  gmail: GmailWorld;
  db: Db;
  pid: number;
  /** Signs the mailbox in: from then on its mail is taken in. */
  connect(): Promise<void>;
  account(): Promise<StoredAccount>;
  /** Seconds of processor time that the program and the stand-in have used. */
  cpu(): { program: number; gmail: number };
}

export interface BedOptions {
  gmail: GmailWorldOptions;
  settings?: Record<string, unknown>;
  rules: string;
}

const TICKS_A_SECOND = 100;

/** 0 where the system does not tell. */
const cpuSeconds = (pid: number): number => {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
  } catch {
    return 0;
  }
};

export const makeBed = async (o: BedOptions): Promise<Bed> => {
  const dir = mkdtempSync(join(tmpdir(), 'ashford-bench-'));
  const ends: (() => Promise<void> | void)[] = [() => rmSync(dir, { recursive: true, force: true })];
  const t = { onEnd: (end: () => Promise<void> | void) => void ends.push(end) };
  const endAll = async () => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  try {
    const gmail = await startGmail(t, { users: [USER], noted: false, ...o.gmail });
    const settings = { ...gmail.settings, ...o.settings };
    const place = { url: join(dir, 'ashford.db'), dir };
    const app = await openInstallation(place, { settings });
    ends.push(() => app.close());
    await app.db.write((tx) =>
      createRules(tx, {
        userId: app.owner.id,
        rules: readRulesFile(o.rules).rules.map(({ input }) => input),
        newId: app.newId,
        now: app.clock.now(),
      }),
    );
    const served = await startServed(t, place, settings);
    ends.push(async () => {
      await served.stop();
      // It ends by itself, so that a profiler has its say.
      await served.child.ended;
    });
    const db = await openDatabase({ url: place.url, clock: systemClock, random: systemRandom });
    ends.push(() => db.close());
    let accountId = '';
    return {
      gmail,
      db,
      pid: served.child.pid,
      connect: async () => {
        accountId = await connectGmail(app, gmail, USER);
      },
      account: () => readAccount(db, accountId),
      cpu: () => ({ program: cpuSeconds(served.child.pid), gmail: cpuSeconds(gmail.pid) }),
      [Symbol.asyncDispose]: endAll,
    };
  } catch (e) {
    await endAll();
    throw e;
  }
};
