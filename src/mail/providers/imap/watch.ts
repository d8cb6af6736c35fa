import type { ImapFlow } from 'imapflow';
import {
  IMAP_GATHER_MS,
  IMAP_IDLE_ANSWER_MS,
  IMAP_IDLE_RENEW_MS,
  IMAP_IDLE_SILENT_MS,
  IMAP_POLL_WITHOUT_IDLE_MS,
} from '#config/limits-imap.ts';
import type { Clock } from '#std/clock.ts';
import { isAppError } from '#std/errors.ts';
import type { Random } from '#std/random.ts';
import { reconnectMs } from './backoff.ts';
import { connect, type Dial } from './connect.ts';

/** Milliseconds of the rhythm in which a watch looks after its connection. */
export interface WatchTimes {
  renewMs: number;
  silentMs: number;
  answerMs: number;
  pollWithoutIdleMs: number;
}

export const WATCH_TIMES: WatchTimes = {
  renewMs: IMAP_IDLE_RENEW_MS,
  silentMs: IMAP_IDLE_SILENT_MS,
  answerMs: IMAP_IDLE_ANSWER_MS,
  pollWithoutIdleMs: IMAP_POLL_WITHOUT_IDLE_MS,
};

/** Looks for new bytes in the time after which a connection counts as silent. */
const LOOKS = 8;

export interface WatchPorts {
  clock: Clock;
  random: Random;
  dial: () => Dial;
  /** The folder where mail arrives. */
  path: string;
  /** Whether to use IDLE where it is offered. */
  idle: boolean;
  pollMs: number;
  times: WatchTimes;
}

/**
 * Calls `onChange` when something may have changed: at each new connection, as nobody told of what came before it; when the
 * server says so; and every so often beside that. A connection from which no byte comes is asked for one, and taken for
 * dead when it does not answer: networks let go of idle connections without a word. Returns a function that stops it.
 */
export const watchMailbox = (ports: WatchPorts, onChange: () => Promise<void> | void): (() => void) => {
  const watch = new Watch(ports, onChange);
  watch.start();
  return () => watch.stop();
};

class Watch {
  readonly #ports: WatchPorts;
  readonly #onChange: () => Promise<void> | void;
  readonly #timers = new Map<string, () => void>();
  #client: ImapFlow | undefined;
  #stopped = false;
  #failures = 0;
  /** Bytes that had come, and when they were counted. */
  #heard = { bytes: 0, at: 0 };
  #renewedAt = 0;
  #probing = false;

  constructor(ports: WatchPorts, onChange: () => Promise<void> | void) {
    this.#ports = ports;
    this.#onChange = onChange;
  }

  start(): void {
    this.#pollEvery(this.#ports.pollMs);
    if (this.#ports.idle) void this.#connect();
    else this.#pollEvery(Math.min(this.#ports.pollMs, this.#ports.times.pollWithoutIdleMs));
  }

  stop(): void {
    this.#stopped = true;
    for (const cancel of this.#timers.values()) cancel();
    this.#timers.clear();
    this.#client?.close();
  }

  /** One timer of each name. */
  #after(name: string, ms: number, fn: () => void): void {
    if (this.#stopped) return;
    this.#timers.get(name)?.();
    this.#timers.set(name, this.#ports.clock.after(ms, fn));
  }

  #pollEvery(ms: number): void {
    this.#after('poll', ms, () => {
      this.#tell();
      this.#pollEvery(ms);
    });
  }

  /** Whoever is told and fails finds the change with the next poll. */
  #tell(): void {
    if (this.#stopped) return;
    void Promise.resolve()
      .then(() => (this.#stopped ? undefined : this.#onChange()))
      .catch(() => {});
  }

  #gather(): void {
    this.#after('gather', IMAP_GATHER_MS, () => this.#tell());
  }

  async #connect(): Promise<void> {
    try {
      // The library's own look at silent connections would end an IDLE; this watch has one of its own.
      const client = await connect(this.#ports.dial(), 2 * this.#ports.times.renewMs);
      this.#client = client;
      if (this.#stopped) return client.close();
      await client.mailboxOpen(this.#ports.path, { readOnly: true });
      if (!client.capabilities.has('IDLE')) {
        this.#tell();
        return this.#withoutIdle(client);
      }
      client.on('close', () => this.#lost(client));
      for (const event of ['exists', 'expunge', 'flags'] as const) client.on(event, () => this.#gather());
      this.#failures = 0;
      this.#probing = false;
      this.#heard = { bytes: client.stats().received, at: this.#ports.clock.ms() };
      this.#idle(client);
      this.#tell();
      this.#lookAfter(client);
    } catch (e) {
      this.#client?.close();
      // A refused sign-in is for the person; the account's own work tells them.
      if (isAppError(e) && e.kind === 'needs-user') this.#failures = Math.max(this.#failures, 8);
      this.#again();
    }
  }

  #lost(client: ImapFlow): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    this.#again();
  }

  #again(): void {
    this.#after('connect', reconnectMs(this.#failures++, this.#ports.random), () => void this.#connect());
  }

  /** It ends with our own question after its life, with the connection, or because the server likes it so. */
  #idle(client: ImapFlow): void {
    this.#renewedAt = this.#ports.clock.ms();
    client.idle().then(
      (done) => {
        if (this.#stopped || this.#probing || client.isClosed) return;
        if (done === false) return this.#withoutIdle(client);
        // What came between two of them is told by neither.
        this.#gather();
        this.#after('idle', IMAP_GATHER_MS, () => this.#idle(client));
      },
      () => client.close(),
    );
  }

  /** The server has no IDLE, or does not let us use it. */
  #withoutIdle(client: ImapFlow): void {
    this.#client = undefined;
    client.close();
    this.#timers.get('look')?.();
    this.#pollEvery(Math.min(this.#ports.pollMs, this.#ports.times.pollWithoutIdleMs));
  }

  /** Looks from time to time whether bytes came, and begins IDLE anew before the server tires of it. */
  #lookAfter(client: ImapFlow): void {
    const { times, clock } = this.#ports;
    const silence = clock.ms() - this.#heard.at;
    const age = clock.ms() - this.#renewedAt;
    // A byte counts from the look that found it: with few looks a connection could be dead for twice as long.
    const wait = Math.max(0, Math.min(times.silentMs - silence, times.renewMs - age, times.silentMs / LOOKS));
    this.#after('look', wait, () => {
      if (client.isClosed) return this.#lost(client);
      const bytes = client.stats().received;
      if (bytes > this.#heard.bytes) this.#heard = { bytes, at: clock.ms() };
      const isSilent = clock.ms() - this.#heard.at >= times.silentMs;
      const isOld = clock.ms() - this.#renewedAt >= times.renewMs;
      if (isSilent || isOld) this.#probe(client);
      else this.#lookAfter(client);
    });
  }

  /** NOOP ends the IDLE; its answer shows that the connection lives. */
  #probe(client: ImapFlow): void {
    const { times, clock } = this.#ports;
    this.#after('look', times.answerMs, () => client.close());
    this.#probing = true;
    client.noop().then(
      () => {
        this.#probing = false;
        this.#heard = { bytes: client.stats().received, at: clock.ms() };
        this.#idle(client);
        this.#lookAfter(client);
      },
      () => client.close(),
    );
  }
}
