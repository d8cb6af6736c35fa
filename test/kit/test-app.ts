import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createSignInLink, redeemSignInLink } from '#access/session-store.ts';
import { createAccount, listAccounts } from '#accounts/store.ts';
import { type App, openApp } from '#app.ts';
import { loadConfig } from '#config/load.ts';
import { type RunningServer, startServer } from '#http/server.ts';
import { syncJob } from '#ingest/sync.job.ts';
import type { Flag } from '#mail/message.ts';
import type { Mailbox } from '#mail/port.ts';
import { deliver } from '#mail/providers/local/deliver.ts';
import { workerOf } from '#main.ts';
import { createRules } from '#rules/store.ts';
import { type Clock, systemClock } from '#std/clock.ts';
import { type Random, systemRandom } from '#std/random.ts';
import { type Instant, toInstant } from '#std/time.ts';
import { memoryLog } from '#telemetry/log-memory.ts';

/** What a test says of a mail; the rest is as mail mostly is. */
export interface TestMail {
  from?: string;
  to?: string;
  subject?: string;
  text?: string;
  html?: string;
  /** Without the angle brackets. */
  messageId?: string;
  inReplyTo?: string;
  labels?: string[];
  flags?: Flag[];
  /** Milliseconds before now. */
  ageMs?: number;
  /** The whole message, instead of all of the above but labels, flags and age. */
  raw?: string;
}

export interface TestApp extends AsyncDisposable {
  app: App;
  log: ReturnType<typeof memoryLog>;
  /** The local mailbox that `deliver` puts mail into. */
  accountId: string;
  /** Puts mail into the mailbox and asks for a sync. */
  deliver(...mails: TestMail[]): Promise<void>;
  /** Works until nothing is due any more. */
  drain(): Promise<void>;
  addRule(rule: Record<string, unknown>): Promise<string>;
  /** Serves it on a free port, once; stopped with the App. */
  serve(): Promise<TestClient>;
}

export interface TestClient {
  url: string;
  cliKey: string;
  /** `name=value` of a session that was made for it. */
  cookie: string;
  /** As the command line asks: with its key. A body is sent as JSON. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
}

export interface Answer {
  status: number;
  headers: Headers;
  text: string;
  /** The body as JSON; undefined when it is none. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects, and fails when it is not there
  json: any;
}

let counter = 0;

const rawOf = (m: TestMail, date: Instant): string => {
  if (m.raw !== undefined) return m.raw;
  const headers = [
    `From: ${m.from ?? 'Ada <ada@example.com>'}`,
    `To: ${m.to ?? 'robin@marlow.example'}`,
    `Subject: ${m.subject ?? 'Hello'}`,
    `Date: ${new Date(date).toUTCString()}`,
    `Message-ID: <${m.messageId ?? `mail-${++counter}@test.example`}>`,
    ...(m.inReplyTo ? [`In-Reply-To: <${m.inReplyTo}>`] : []),
    'MIME-Version: 1.0',
    `Content-Type: ${m.html === undefined ? 'text/plain' : 'text/html'}; charset=utf-8`,
  ];
  return `${headers.join('\r\n')}\r\n\r\n${m.html ?? m.text ?? 'Hi.'}\r\n`;
};

export interface TestAppOptions {
  clock?: Clock;
  random?: Random;
  /** Dotted keys, as on the command line. */
  settings?: Record<string, unknown>;
  /** `:memory:` when left out. */
  database?: string;
  /** False: the database has an account already. */
  account?: boolean;
  /** Stands between the program and its mailboxes. */
  mailbox?(mailbox: Mailbox): Mailbox;
}

const newAccount = (app: App) =>
  createAccount(app, {
    userId: app.owner.id,
    provider: 'local',
    email: 'robin@marlow.example',
    displayName: 'Robin',
  });

/** The whole program with a mailbox of its own, on a database and a folder that go away with it. */
export const testApp = async (o: TestAppOptions = {}): Promise<TestApp> => {
  const folder = mkdtempSync(join(tmpdir(), 'ashford-app-'));
  const { config } = loadConfig({
    env: {},
    cwd: folder,
    homeDir: folder,
    readFile: () => undefined,
    overrides: {
      'paths.data_dir': folder,
      'paths.database': o.database ?? ':memory:',
      'app.port': 0,
      'queue.poll_interval': '50ms',
      ...o.settings,
    },
  });
  const log = memoryLog();
  const clock = o.clock ?? systemClock;
  const app = await openApp({
    config,
    version: '0.0.0-test',
    log,
    clock,
    random: o.random ?? systemRandom,
    ...(o.mailbox ? { between: { db: (db) => db, mailbox: o.mailbox } } : {}),
  });
  const account = o.account === false ? (await listAccounts(app.db))[0] : await newAccount(app);
  if (!account) throw new Error('The database has no account');
  const worker = workerOf(app);
  let server: RunningServer | undefined;
  return {
    app,
    log,
    accountId: account.id,
    deliver: (...mails) => deliverTo(app, account.id, mails),
    drain: async () => {
      await worker.drain();
    },
    addRule: async (rule) => {
      const { newId, clock: of } = app;
      const made = await app.db.write((tx) =>
        createRules(tx, { userId: app.owner.id, rules: [rule], newId, now: of.now() }),
      );
      return made[0]?.id ?? '';
    },
    serve: async () => {
      const cliKey = 'k'.repeat(43);
      server = await startServer(app, {
        cliKey,
        metricsText: async () => '# no metrics\n',
        checkAnswers: true,
      });
      return client(app, server.url, cliKey);
    },
    [Symbol.asyncDispose]: async () => {
      await server?.close();
      await worker.stop({ graceMs: 1_000 });
      await app.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

const deliverTo = async (app: App, accountId: string, mails: readonly TestMail[]): Promise<void> => {
  await app.db.write(async (tx) => {
    await deliver(tx, {
      accountId,
      mails: mails.map((m) => {
        const date = toInstant(app.clock.ms() - (m.ageMs ?? 0));
        const raw = new TextEncoder().encode(rawOf(m, date));
        return { raw, date, labels: m.labels ?? ['INBOX'], flags: m.flags ?? [] };
      }),
    });
    await app.queue.enqueue(syncJob, { accountId }, { tx, userId: app.owner.id });
  });
};

const client = async (app: App, url: string, cliKey: string): Promise<TestClient> => {
  const link = await createSignInLink(app.access, app.owner.id);
  const session = await redeemSignInLink(app.access, link.token);
  return {
    url,
    cliKey,
    cookie: `ashford_${new URL(url).port}=${session.token}`,
    call: async (method, path, body, headers = {}) => {
      const response = await fetch(url + path, {
        method,
        redirect: 'manual',
        headers: {
          ...(headers.cookie === undefined ? { authorization: `Bearer ${cliKey}` } : {}),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, text, json: jsonOf(text) };
    },
  };
};

const jsonOf = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
