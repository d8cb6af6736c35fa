import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createAccount, findAccountByEmail } from '#accounts/store.ts';
import { requestAction } from '#actions/request.ts';
import { decide } from '#approvals/decide.ts';
import { approvalOfAction } from '#approvals/store.ts';
import { loadConfig } from '#config/load.ts';
import { migrate } from '#db/migrate.ts';
import { openDatabase } from '#db/open.ts';
import { syncJob } from '#ingest/sync.job.ts';
import { parsePool } from '#mail/parse-pool.ts';
import type { Mailbox } from '#mail/port.ts';
import { deliver } from '#mail/providers/local/deliver.ts';
import { rescueStale } from '#queue/rescue.ts';
import { ManualClock, systemClock } from '#std/clock.ts';
import { AppError } from '#std/errors.ts';
import { seededRandom } from '#std/random.ts';
import { memoryLog } from '#telemetry/log-memory.ts';
import { type App, openApp } from '../../src/app.ts';
import { workerOf } from '../../src/main.ts';
import { Killed, Killer, type Moment } from './killer.ts';

const MINUTE_MS = 60_000;
const LETTER = new TextEncoder().encode(
  'From: Ada <ada@example.com>\r\nTo: me@home.example\r\nSubject: Lunch?\r\nMessage-ID: <l@x.example>\r\n\r\nAt noon?\r\n',
);

/** A server that lives on when the program dies. */
interface Server {
  /** Operations that left, each as often as it did. */
  readonly left: string[];
  between(mailbox: Mailbox): Mailbox;
}

/** A mail is put among the drafts and sent from there: a draft that is gone can't be sent. */
const draftServer = (): Server => {
  const drafts = new Map<string, string>();
  const left: string[] = [];
  return {
    left,
    between: (mailbox) => ({
      ...mailbox,
      stage: async ({ opId }) => {
        const known = [...drafts].find(([, op]) => op === opId)?.[0];
        const id = known ?? `draft-${drafts.size + left.length + 1}`;
        drafts.set(id, opId);
        return id;
      },
      send: async ({ stagedId, opId }) => {
        if (!drafts.delete(stagedId ?? ''))
          throw new AppError('transient', 'mail.send-unknown', 'It is gone');
        left.push(opId);
        return `sent-${left.length}`;
      },
      traceSend: async ({ stagedId, opId }) => {
        if (drafts.has(stagedId ?? '')) return { kind: 'not-sent' };
        return left.includes(opId) ? { kind: 'sent', id: null } : { kind: 'unknown' };
      },
      unstage: async () => {},
    }),
  };
};

/** A mail that was taken leaves no trace, and what is handed over again leaves again. */
const silentServer = (): Server => {
  const left: string[] = [];
  return {
    left,
    between: (mailbox) => ({
      ...mailbox,
      stage: async () => null,
      send: async ({ opId }) => {
        left.push(opId);
        return null;
      },
      traceSend: async () => ({ kind: 'unknown' }),
      unstage: async () => {},
    }),
  };
};

let dir = '';
const parser = parsePool({ clock: systemClock });
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'ashford-mail-fault-'));
  const db = await openDatabase({ url: join(dir, 'empty.db'), clock: systemClock, random: seededRandom(7) });
  await migrate(db, { clock: systemClock });
  await db.close();
});
afterAll(async () => {
  await parser.close();
  rmSync(dir, { recursive: true, force: true });
});

interface Scene {
  data: string;
  clock: ManualClock;
  server: Server;
}

const open = ({ data, clock, server }: Scene, killer: Killer | undefined): Promise<App> => {
  const { config } = loadConfig({
    env: {},
    cwd: dir,
    homeDir: dir,
    readFile: () => undefined,
    overrides: { 'paths.data_dir': data, 'queue.concurrency': 1, 'queue.durability': 'normal' },
  });
  const log = memoryLog();
  // A process that is being killed complains; what counts is what left.
  log.expectErrors('');
  return openApp({
    config,
    version: 'test',
    log,
    clock,
    random: seededRandom(7),
    parser,
    between: {
      db: (db) => killer?.db(db) ?? db,
      mailbox: (mailbox) => killer?.mailbox(server.between(mailbox)) ?? server.between(mailbox),
    },
  });
};

/** What the person does, each command until it is acknowledged: connect, ask for a reply, say yes to its card. */
const letterIn = async (app: App): Promise<void> => {
  const userId = app.owner.id;
  const key = { userId, provider: 'local', email: 'me@home.example' };
  const { id: accountId } =
    (await findAccountByEmail(app.db, key)) ?? (await createAccount(app, { ...key, displayName: 'Me' }));
  const mail = { raw: LETTER, date: app.clock.now(), labels: ['INBOX'], flags: [] };
  await app.db.write((tx) => deliver(tx, { accountId, mails: [mail] }));
  await app.queue.enqueue(syncJob, { accountId }, { userId });
};

const askForReply = async (app: App): Promise<void> => {
  if ((await app.db.all('select 1 from actions')).length > 0) return;
  const [message] = await app.db.all<{ id: string }>('select id from messages');
  await requestAction(app, {
    userId: app.owner.id,
    messageId: message?.id ?? '',
    type: 'reply',
    parameters: { text: 'Yes.' },
    confirmed: false,
    by: { actor: 'owner', channel: 'test' },
  });
};

const sayYes = async (app: App): Promise<void> => {
  const [action] = await app.db.all<{ id: string }>('select id from actions');
  const approval = await approvalOfAction(app.db, action?.id ?? '');
  if (approval?.state !== 'waiting') return;
  const yes = {
    userId: app.owner.id,
    approvalId: approval.id,
    answer: 'approve',
    by: 'me',
    via: 'test',
  } as const;
  await decide(app, yes);
};

/** Works until nothing is due, now and after every wait up to the last look for a mail. */
const settle = async (worker: { drain(): Promise<unknown> }, clock: ManualClock): Promise<void> => {
  for (let i = 0; i < 4; i++) {
    await worker.drain();
    clock.advance(10 * MINUTE_MS);
  }
  await worker.drain();
};

/** True when it lived to the end. */
const life = async (scene: Scene, killer: Killer | undefined): Promise<boolean> => {
  const untilDeath = <T>(work: Promise<T>): Promise<T> =>
    killer ? Promise.race([work, killer.death]) : work;
  let app: App | undefined;
  try {
    app = await untilDeath(open(scene, killer));
    const worker = workerOf(app);
    await untilDeath(
      rescueStale({ ...app, hooks: {}, signals: app.queue.signals, lease: 'app' as const }, 1),
    );
    for (const command of [letterIn, askForReply, sayYes]) {
      await untilDeath(command(app));
      await untilDeath(settle(worker, scene.clock));
    }
    await worker.stop();
    return true;
  } catch (e) {
    if (e instanceof Killed) return false;
    throw e;
  } finally {
    if (killer) killer.dead = true;
    await app?.close();
  }
};

interface End {
  left: number;
  state: string;
}

const endOf = async (scene: Scene): Promise<End> => {
  const app = await open(scene, undefined);
  const rows = await app.db.all<{ status: string; state: string }>(
    'select a.status, o.state from actions a left join outbox o on o.action_id = a.id',
  );
  await app.close();
  return { left: scene.server.left.length, state: rows.map((r) => `${r.state} ${r.status}`).join(', ') };
};

const scenario = async (name: string, server: Server, killer: Killer): Promise<End> => {
  const scene = { data: join(dir, name), clock: new ManualClock(), server };
  mkdirSync(scene.data);
  copyFileSync(join(dir, 'empty.db'), join(scene.data, 'ashford.db'));
  let lived = await life(scene, killer);
  for (let restarts = 0; !lived && restarts < 5; restarts++) {
    scene.clock.advance(30 * MINUTE_MS);
    lived = await life(scene, undefined);
  }
  expect(lived).toBe(true);
  const end = await endOf(scene);
  rmSync(scene.data, { recursive: true, force: true });
  return end;
};

const SENT = { left: 1, state: 'sent completed' };
const MOMENTS: readonly Moment[] = ['before', 'after'];

test('a reply that is asked for, approved and sent through a draft, killed at every port call in turn, leaves once', async () => {
  const whole = new Killer(Number.POSITIVE_INFINITY, 'before');
  expect(await scenario('whole', draftServer(), whole)).toEqual(SENT);
  expect(whole.calls).toBeGreaterThan(15);
  for (const moment of MOMENTS) {
    for (let at = 1; at <= whole.calls; at++) {
      const end = await scenario(`${moment}-${at}`, draftServer(), new Killer(at, moment));
      expect(end, `${moment} call ${at}`).toEqual(SENT);
    }
  }
}, 180_000);

test('over a server that tells nothing it leaves once too, or a person is asked', async () => {
  const whole = new Killer(Number.POSITIVE_INFINITY, 'before');
  expect(await scenario('silent', silentServer(), whole)).toEqual(SENT);
  let asked = 0;
  for (const moment of MOMENTS) {
    for (let at = 1; at <= whole.calls; at++) {
      const end = await scenario(`silent-${moment}-${at}`, silentServer(), new Killer(at, moment));
      if (end.state === 'uncertain executing') asked++;
      else expect(end, `${moment} call ${at}`).toEqual(SENT);
      expect(end.left).toBeLessThanOrEqual(1);
    }
  }
  // Around the call and its record: before it nobody knows that it was not made, after it that it was.
  expect(asked).toBe(4);
}, 180_000);
