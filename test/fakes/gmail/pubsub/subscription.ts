import type { FakeClock } from '#test/fakes/gmail/clock.ts';
import type { SeededRandom } from '#test/fakes/gmail/seeded-random.ts';
import type { PushTrouble } from './pubsub.ts';

export interface QueuedMessage {
  messageId: string;
  /** Base64. */
  data: string;
  publishTime: string;
  /** It can be pulled from then on. */
  readyMs: number;
}

interface Waiting extends QueuedMessage {
  leasedUntilMs: number;
  ackId: string;
  deliveries: number;
}

/** A message as a pull answers it. */
export interface ReceivedMessage {
  ackId: string;
  message: { data: string; messageId: string; publishTime: string };
  deliveryAttempt?: number;
}

interface SubscriptionNeeds {
  name: string;
  topic: string;
  ackDeadlineS: number;
  clock: FakeClock;
  random: SeededRandom;
  trouble: PushTrouble;
}

const MAX_TIMER_MS = 60_000;

/** Messages of one subscription: each comes again until it is acknowledged. */
export class Subscription {
  readonly name: string;
  readonly topic: string;
  readonly ackDeadlineS: number;
  readonly #needs: SubscriptionNeeds;
  readonly #waiting = new Map<string, Waiting>();
  readonly #byAckId = new Map<string, string>();
  readonly #sleepers = new Set<() => void>();
  #closed = false;
  #copies = 0;

  constructor(needs: SubscriptionNeeds) {
    this.#needs = needs;
    this.name = needs.name;
    this.topic = needs.topic;
    this.ackDeadlineS = needs.ackDeadlineS;
  }

  /** Messages that nobody has acknowledged. */
  get backlog(): number {
    return this.#waiting.size;
  }

  /** Pulls that wait for a message now. */
  get pullsWaiting(): number {
    return this.#sleepers.size;
  }

  add(message: QueuedMessage): void {
    this.#waiting.set(`${message.messageId}/${++this.#copies}`, {
      ...message,
      leasedUntilMs: 0,
      ackId: '',
      deliveries: 0,
    });
    this.wake();
  }

  /** What can be had now, at most `most`. */
  take(most: number): ReceivedMessage[] {
    const { clock, random, trouble } = this.#needs;
    const nowMs = clock.ms();
    const ready = [...this.#waiting].filter(([, one]) => one.readyMs <= nowMs && one.leasedUntilMs <= nowMs);
    if (trouble.reorder) ready.sort(() => random.next() - 0.5);
    return ready.slice(0, most).map(([key, one]) => {
      this.#byAckId.delete(one.ackId);
      one.ackId = `${this.name.split('/').at(-1)}-${random.hex(24)}`;
      one.leasedUntilMs = nowMs + this.ackDeadlineS * 1_000;
      one.deliveries++;
      this.#byAckId.set(one.ackId, key);
      const { data, messageId, publishTime } = one;
      return { ackId: one.ackId, message: { data, messageId, publishTime } };
    });
  }

  /** Waits until something can be had, but no longer than `waitMs` or until the signal. */
  async pull(most: number, waitMs: number, signal: AbortSignal): Promise<ReceivedMessage[]> {
    const endMs = performance.now() + waitMs;
    for (;;) {
      const found = this.take(most);
      const leftMs = endMs - performance.now();
      if (found.length > 0 || leftMs <= 0 || this.#closed || signal.aborted) return found;
      await this.#sleep(Math.min(leftMs, this.#nextReadyInMs()), signal);
    }
  }

  /** An id that is over, because the message was delivered again, has no effect. */
  acknowledge(ackIds: readonly string[]): void {
    for (const ackId of ackIds) {
      const key = this.#byAckId.get(ackId);
      if (key === undefined) continue;
      this.#byAckId.delete(ackId);
      this.#waiting.delete(key);
    }
  }

  modifyDeadline(ackIds: readonly string[], seconds: number): void {
    for (const ackId of ackIds) {
      const one = this.#waiting.get(this.#byAckId.get(ackId) ?? '');
      if (one) one.leasedUntilMs = this.#needs.clock.ms() + seconds * 1_000;
    }
    this.wake();
  }

  wake(): void {
    for (const sleeper of [...this.#sleepers]) sleeper();
  }

  close(): void {
    this.#closed = true;
    this.wake();
  }

  #nextReadyInMs(): number {
    const nowMs = this.#needs.clock.ms();
    let next = MAX_TIMER_MS;
    for (const one of this.#waiting.values()) {
      next = Math.min(next, Math.max(one.readyMs, one.leasedUntilMs) - nowMs);
    }
    return Math.max(next, 1);
  }

  #sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#sleepers.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#sleepers.add(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
