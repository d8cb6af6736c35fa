import type { FakeClock } from './clock.ts';
import type { FaultScript } from './faults.ts';
import type { Ledger } from './ledger.ts';
import type { Mailbox } from './mailbox/mailbox.ts';
import type { AuthServer } from './oauth/auth-server.ts';
import type { Behaviour } from './options.ts';
import type { PubSub } from './pubsub/pubsub.ts';
import type { Quota } from './quota.ts';
import type { SeededRandom } from './seeded-random.ts';
import type { Stats } from './stats.ts';

/** Who owns a mailbox, with what belongs to the mailbox but is no mail. */
export interface FakeUser {
  email: string;
  mailbox: Mailbox;
  watch?: { topic: string; labelIds: readonly string[]; exclude: boolean; endsMs: number };
  /** When each mail of the last 24 hours went out. */
  sentAtMs: number[];
  /** Scripted: further sends are refused until then. */
  sendsBlockedUntilMs: number;
}

/** Everything that the fake holds. */
export interface World {
  clock: FakeClock;
  random: SeededRandom;
  behaviour: Behaviour;
  users: Map<string, FakeUser>;
  auth: AuthServer;
  quota: Quota;
  faults: FaultScript;
  ledger: Ledger;
  pubsub: PubSub;
  stats: Stats;
  /** The project number that errors name. */
  project: string;
}
