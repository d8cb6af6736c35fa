import { placeAccount } from '#accounts/connect-store.ts';
import { REFRESH_TOKEN } from '#accounts/tokens.ts';
import type { App } from '#app.ts';
import { goOn } from '#ingest/go-on.ts';
import { readRulesFile } from '#rules/file.ts';
import { createRules } from '#rules/store.ts';
import type { Effect } from '#test/fakes/gmail/ledger.ts';
import type { FakeGmailOptions } from '#test/fakes/gmail/options.ts';
import type { MethodStats } from '#test/fakes/gmail/stats.ts';
import type { TrialRun } from '#test/torture/trial.ts';
import { startChild } from './child.ts';

/** One request as the other side saw it. */
export interface GmailCall {
  verb: string;
  /** With its query. */
  path: string;
  /** Whose token it carried. */
  user: string;
  atMs: number;
  /** When the connection was done with it, on whichever side. */
  endMs: number;
  /** 0: there was no answer. */
  status: number;
  /** The whole answer left. */
  whole: boolean;
  retryAfterMs?: number;
}

export interface GmailStats {
  methods: Record<string, MethodStats>;
  /** By user. `refused`: calls above the quota. */
  units: Record<string, { total: number; lastMinute: number; refused: number }>;
}

export interface GmailWorld {
  readonly url: string;
  readonly pid: number;
  /** What the program under test must be told. */
  readonly settings: Record<string, unknown>;
  /** What a test may do: see `test/fakes/gmail/README.md`. */
  post(name: string, body: unknown): Promise<Record<string, unknown>>;
  mendAll(): Promise<void>;
  deliver(email: string, raw: string): Promise<string>;
  stats(): Promise<GmailStats>;
  effects(kind?: Effect['kind']): Promise<Effect[]>;
  /** The calls that ended since this was asked for last. */
  calls(): Promise<GmailCall[]>;
  /** How many answers were spoiled so far, by kind of fault; those that only say an error are not among them. */
  spoiled(): Promise<Record<string, number>>;
}

export interface GmailWorldOptions extends FakeGmailOptions {
  fill?: readonly { email: string; messages: number; spanMs?: number }[];
  /** false: calls are not noted. */
  noted?: boolean;
  push?: boolean;
}

const TOPIC = 'projects/p/topics/t';
const SUBSCRIPTION = 'projects/p/subscriptions/s';
const SCOPES = ['https://www.googleapis.com/auth/gmail.modify', 'https://www.googleapis.com/auth/pubsub'];

interface Begun {
  url: string;
  endpoints: Record<string, string>;
  client: { id: string; secret: string };
}

/** Gmail, Google's sign-in and Pub/Sub in a process of their own. */
export const startGmail = async (
  t: Pick<TrialRun, 'onEnd'>,
  { push = false, ...options }: GmailWorldOptions,
): Promise<GmailWorld> => {
  const child = startChild(t, new URL('./gmail.child.ts', import.meta.url), {
    args: [JSON.stringify(options)],
  });
  const { url, endpoints, client } = await child.next<Begun>();
  const ask = async (method: string, name: string, body?: unknown): Promise<Record<string, unknown>> => {
    const answer = await fetch(`${url}/_fake/${name}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const said = (await answer.json()) as Record<string, unknown>;
    if (!answer.ok) throw new Error(`${method} ${name}: ${JSON.stringify(said)}`);
    return said;
  };
  const order = <T>(what: string): Promise<T> => {
    const answer = child.next<T>();
    child.send(what);
    return answer;
  };
  if (push) {
    await ask('POST', 'topics', { name: TOPIC });
    await ask('POST', 'subscriptions', { name: SUBSCRIPTION, topic: TOPIC });
  }
  return {
    url,
    pid: child.pid,
    settings: {
      'gmail.client_id': client.id,
      'gmail.client_secret': client.secret,
      ...Object.fromEntries(Object.entries(endpoints).map(([name, to]) => [`endpoints.${name}`, to])),
      ...(push
        ? {
            'gmail.use_pubsub': true,
            'gmail.project_id': 'p',
            'gmail.topic': TOPIC,
            'gmail.subscription': SUBSCRIPTION,
          }
        : {}),
      // Letters by the hundred would trip the guard on the rate, which has tests of its own.
      'policy.changes_per_hour': 100_000,
    },
    post: (name, body) => ask('POST', name, body),
    mendAll: async () => void (await ask('DELETE', 'faults')),
    deliver: async (email, raw) => String((await ask('POST', 'deliver', { email, raw })).id),
    stats: async () => (await ask('GET', 'stats')) as unknown as GmailStats,
    effects: async (kind) =>
      (await ask('GET', `ledger${kind ? `?kind=${kind}` : ''}`)).effects as unknown as Effect[],
    calls: () => order<GmailCall[]>('calls'),
    spoiled: () => order<Record<string, number>>('spoiled'),
  };
};

/** An account of the program that is signed in, and has its mail taken in from now on. */
export const connectGmail = async (app: App, gmail: GmailWorld, email: string): Promise<string> => {
  const { refreshToken } = await gmail.post('grant', { email, scopes: SCOPES });
  const userId = app.owner.id;
  return app.signIns.credentials.storing(async (tx, sealer) => {
    const now = app.clock.now();
    const key = { userId, provider: 'gmail', email, displayName: email };
    const account = await placeAccount(tx, { newId: app.newId, now }, key);
    await sealer.put({ accountId: account.id, userId, field: REFRESH_TOKEN, value: String(refreshToken) });
    await goOn(app, tx, account);
    return account.id;
  });
};

const ARCHIVE = `[[rules]]
name = "Letters"
when = { subject_contains = "Letter" }
then = "archive"
`;

/** One rule: every letter leaves the inbox. */
export const archiveLetters = (app: App): Promise<unknown> =>
  app.db.write((tx) =>
    createRules(tx, {
      userId: app.owner.id,
      rules: readRulesFile(ARCHIVE).rules.map(({ input }) => input),
      newId: app.newId,
      now: app.clock.now(),
    }),
  );

/** Its last line says which it is, so that half a letter is told from a whole one. */
export const letter = (to: string, name: string): string =>
  `From: Ada <ada@example.com>\nTo: ${to}\nSubject: Letter ${name}\nMessage-ID: <letter-${name}@torture.example>\n` +
  `Date: ${new Date().toUTCString()}\n\n${'Something was written, and somebody may want to read it.\n'.repeat(20)}End of letter ${name}.\n`;
