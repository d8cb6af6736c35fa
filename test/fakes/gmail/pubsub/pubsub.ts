import type { FakeClock } from '#test/fakes/gmail/clock.ts';
import type { Behaviour } from '#test/fakes/gmail/options.ts';
import type { SeededRandom } from '#test/fakes/gmail/seeded-random.ts';
import type { FakeUser } from '#test/fakes/gmail/world.ts';
import { Subscription } from './subscription.ts';

/** How notifications go wrong on their way. Probabilities are in [0, 1]. */
export interface PushTrouble {
  loss: number;
  duplicates: number;
  /** Each notification is late by a random time up to this. */
  lateByMs: number;
  /** Pulls hand out what waits in a random order. */
  reorder: boolean;
}

const NO_TROUBLE: PushTrouble = { loss: 0, duplicates: 0, lateByMs: 0, reorder: false };

/** Ids come as numbers, as long as a number holds them. */
const told = (historyId: bigint): number | string =>
  historyId <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(historyId) : String(historyId);

interface PubSubNeeds {
  clock: FakeClock;
  random: SeededRandom;
  behaviour: Behaviour;
}

/** Topics and subscriptions, and what Gmail tells them. */
export class PubSub {
  readonly trouble: PushTrouble = { ...NO_TROUBLE };
  readonly #topics = new Map<string, 'known' | 'forbidden'>();
  readonly #subscriptions = new Map<string, Subscription>();
  readonly #lastPushMs = new Map<string, number>();
  readonly #needs: PubSubNeeds;
  readonly #unhook: () => void;
  #serial = 0;
  /** Notifications that were sent, lost on the way, and dropped for coming too soon. */
  readonly counts = { sent: 0, lost: 0, dropped: 0 };

  constructor(needs: PubSubNeeds) {
    this.#needs = needs;
    this.#unhook = needs.clock.onMove(() => {
      for (const one of this.#subscriptions.values()) one.wake();
    });
  }

  /** `forbidden`: Gmail's own account may not publish to it. */
  createTopic(name: string, state: 'known' | 'forbidden' = 'known'): void {
    this.#topics.set(name, state);
  }

  topicState(name: string): 'known' | 'forbidden' | 'unknown' {
    return this.#topics.get(name) ?? 'unknown';
  }

  createSubscription(name: string, topic: string, ackDeadlineS = 10): Subscription {
    const { clock, random } = this.#needs;
    const made = new Subscription({ name, topic, ackDeadlineS, clock, random, trouble: this.trouble });
    this.#subscriptions.set(name, made);
    return made;
  }

  subscription(name: string): Subscription | undefined {
    return this.#subscriptions.get(name);
  }

  /** A mailbox has changed: its topic is told, if the labels are among those that the watch is for. */
  changed(user: FakeUser, labels: readonly string[]): void {
    const { watch } = user;
    if (!watch) return;
    const touches = labels.some((one) => watch.labelIds.includes(one));
    if (watch.labelIds.length === 0 || touches !== watch.exclude) this.notify(user);
  }

  /** Tells the user's topic that the mailbox has changed, unless there is no watch or it is too soon. */
  notify(user: FakeUser): void {
    const { clock, behaviour, random } = this.#needs;
    const { watch } = user;
    if (!watch || watch.endsMs <= clock.ms()) return;
    const last = this.#lastPushMs.get(user.email) ?? Number.NEGATIVE_INFINITY;
    if (clock.ms() - last < behaviour.pushIntervalMs) {
      this.counts.dropped++;
      return;
    }
    this.#lastPushMs.set(user.email, clock.ms());
    if (random.next() < this.trouble.loss) {
      this.counts.lost++;
      return;
    }
    const copies = random.next() < this.trouble.duplicates ? 2 : 1;
    for (let copy = 0; copy < copies; copy++)
      this.publish(watch.topic, {
        emailAddress: user.email,
        historyId: told(user.mailbox.history.current()),
      });
  }

  /** Puts one message into every subscription of the topic. */
  publish(topic: string, data: unknown): void {
    const { clock, random } = this.#needs;
    this.counts.sent++;
    const message = {
      messageId: String(14_000_000_000_000_000n + BigInt(++this.#serial)),
      data: Buffer.from(JSON.stringify(data)).toString('base64'),
      publishTime: clock.iso(),
      readyMs: clock.ms() + Math.floor(random.next() * this.trouble.lateByMs),
    };
    for (const one of this.#subscriptions.values()) if (one.topic === topic) one.add(message);
  }

  close(): void {
    this.#unhook();
    for (const one of this.#subscriptions.values()) one.close();
  }
}
