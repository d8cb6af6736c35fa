import { useControl } from './admin/admin.ts';
import { fakeClock } from './clock.ts';
import { FakeControl } from './control.ts';
import { FaultScript } from './faults.ts';
import { serve } from './http/server.ts';
import { Ledger } from './ledger.ts';
import { AuthServer } from './oauth/auth-server.ts';
import { makeServiceAccount, type ServiceAccountKey } from './oauth/service-account.ts';
import { type ClientOptions, DEFAULT_BEHAVIOUR, type FakeGmailOptions } from './options.ts';
import { PubSub } from './pubsub/pubsub.ts';
import { Quota } from './quota.ts';
import { type FillOptions, fillMailbox } from './seed/fill.ts';
import { randomOf } from './seeded-random.ts';
import { Stats } from './stats.ts';
import type { World } from './world.ts';

/** The names of Ashford's `endpoints` settings. */
export interface FakeEndpoints {
  gmail: string;
  google_auth: string;
  google_token: string;
  google_revoke: string;
  pubsub: string;
}

/** The desktop client that every fake has. */
export const DESKTOP_CLIENT: ClientOptions = {
  id: '000000000000-fake.apps.googleusercontent.com',
  secret: 'GOCSPX-fake-secret-of-a-desktop-client',
  type: 'desktop',
};

const PROJECT = '000000000000';
const FIRST_HISTORY_ID = 9_990n;

const makeWorld = (options: FakeGmailOptions): World => {
  const clock = fakeClock(options.now);
  const random = randomOf(options.seed ?? 1);
  const behaviour = { ...DEFAULT_BEHAVIOUR, ...options.behaviour };
  const auth = new AuthServer(clock, behaviour);
  for (const one of [DESKTOP_CLIENT, ...(options.clients ?? [])]) auth.clients.set(one.id, one);
  return {
    clock,
    random,
    behaviour,
    users: new Map(),
    auth,
    quota: new Quota(behaviour, clock.ms, PROJECT),
    // Chance of its own, so that a fault more or less does not change the ids.
    faults: new FaultScript(randomOf((options.seed ?? 1) + 1)),
    ledger: new Ledger(clock.iso),
    pubsub: new PubSub({ clock, random: randomOf((options.seed ?? 1) + 2), behaviour }),
    stats: new Stats(),
    project: PROJECT,
  };
};

/** A running stand-in for Gmail, Google's sign-in and Pub/Sub, and the strings by which a test pulls it. */
export class FakeGmail extends FakeControl implements AsyncDisposable {
  readonly url: string;
  readonly client = DESKTOP_CLIENT;
  readonly endpoints: FakeEndpoints;
  readonly #close: () => Promise<void>;

  constructor(of: { world: World; firstHistoryId: bigint; url: string; close: () => Promise<void> }) {
    super(of.world, of.firstHistoryId);
    this.url = of.url;
    this.#close = of.close;
    this.endpoints = {
      gmail: of.url,
      google_auth: `${of.url}/o/oauth2/v2/auth`,
      google_token: `${of.url}/token`,
      google_revoke: `${of.url}/revoke`,
      pubsub: of.url,
    };
  }

  get clock() {
    return this.world.clock;
  }

  get behaviour() {
    return this.world.behaviour;
  }

  get ledger() {
    return this.world.ledger;
  }

  get faults() {
    return this.world.faults;
  }

  get stats() {
    return this.world.stats;
  }

  get quota() {
    return this.world.quota;
  }

  get pubsub() {
    return this.world.pubsub;
  }

  addClient(client: ClientOptions): void {
    this.world.auth.clients.set(client.id, client);
  }

  /** The key file of a new service account. */
  addServiceAccount(name = 'ashford'): ServiceAccountKey {
    return makeServiceAccount(this.world, name, this.endpoints.google_token);
  }

  /** Fills a mailbox with made-up mail, the same for the same seed. Returns the ids, oldest first. */
  fill(email: string, options: FillOptions): string[] {
    return fillMailbox(this, email, options);
  }

  close(): Promise<void> {
    return this.#close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }
}

/** Starts the fake on loopback. `await using` ends it with the test. */
export const startFakeGmail = async (options: FakeGmailOptions = {}): Promise<FakeGmail> => {
  const world = makeWorld(options);
  const { url, close } = await serve(world, options.port ?? 0, options.onRequest ?? (() => {}));
  const fake = new FakeGmail({
    world,
    firstHistoryId: options.firstHistoryId ?? FIRST_HISTORY_ID,
    url,
    close,
  });
  useControl(fake);
  for (const email of options.users ?? []) fake.addUser(email);
  return fake;
};
