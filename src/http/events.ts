import { type Live, TOPICS, type Topic } from '#activity/live.ts';
import {
  EVENT_BEAT_MS,
  EVENT_FOREIGN_MS,
  EVENT_GATHER_MS,
  EVENT_STREAM_MS,
  EVENT_STREAMS,
} from '#config/limits.ts';
import type { Db } from '#db/db.ts';
import type { Clock } from '#std/clock.ts';
import { AppError } from '#std/errors.ts';

interface EventPorts {
  clock: Clock;
  live: Live;
  db: Pick<Db, 'onForeignCommit'>;
}

interface Client {
  send(text: string): void;
  close(): void;
}

/** Tells open pages what may have changed, in this process or another. Nothing runs while nobody listens. */
export class EventHub {
  readonly #ports: EventPorts;
  readonly #clients = new Set<Client>();
  #changed = new Set<Topic>();
  #flushAtMs: number | null = null;
  #cancelFlush: (() => void) | undefined;
  #stops: (() => void)[] = [];
  #closed = false;

  constructor(ports: EventPorts) {
    this.#ports = ports;
  }

  get clients(): number {
    return this.#clients.size;
  }

  /** A stream of `change` events for one client. Throws `http.too-many-streams`. */
  open(signal: AbortSignal): Response {
    if (this.#closed || this.#clients.size >= EVENT_STREAMS) {
      throw new AppError('limit', 'http.too-many-streams', 'Too many pages listen for changes', {
        help: 'Close some of them.',
        retryAfterMs: EVENT_BEAT_MS,
      });
    }
    const text = new TextEncoder();
    let leave = (): void => {};
    const body = new ReadableStream<Uint8Array>({
      start: (stream) => {
        leave = this.#join(signal, {
          send: (line) => stream.enqueue(text.encode(line)),
          close: () => stream.close(),
        });
      },
      cancel: () => leave(),
    });
    return new Response(body, {
      headers: {
        'content-type': 'text/event-stream',
        'cache-control': 'no-store',
        // A proxy must not hold events back.
        'x-accel-buffering': 'no',
      },
    });
  }

  /** Ends all streams. */
  close(): void {
    this.#closed = true;
    for (const client of [...this.#clients]) client.close();
  }

  #join(signal: AbortSignal, stream: { send(line: string): void; close(): void }): () => void {
    const { clock } = this.#ports;
    const timers: (() => void)[] = [];
    let open = true;
    const leave = (): void => {
      if (!open) return;
      open = false;
      for (const cancel of timers) cancel();
      this.#clients.delete(client);
      if (this.#clients.size === 0) this.#rest();
    };
    const client: Client = {
      send: (line) => {
        if (open) stream.send(line);
      },
      close: () => {
        if (!open) return;
        leave();
        stream.close();
      },
    };
    const beat = (): void => {
      client.send(': still here\n\n');
      timers[0] = clock.after(EVENT_BEAT_MS, beat);
    };
    timers[0] = clock.after(EVENT_BEAT_MS, beat);
    timers[1] = clock.after(EVENT_STREAM_MS, () => client.close());
    signal.addEventListener('abort', leave, { once: true });
    if (this.#clients.size === 0) this.#listen();
    this.#clients.add(client);
    // Tells the browser that the stream is open before anything has changed, and when to come again.
    client.send('retry: 2000\n\n');
    return leave;
  }

  #listen(): void {
    this.#stops = [
      this.#ports.live.listen((topics) => this.#tell(topics, EVENT_GATHER_MS)),
      // What another process changed is not known: anything may have.
      this.#ports.db.onForeignCommit(() => this.#tell(TOPICS, EVENT_FOREIGN_MS)),
    ];
  }

  #rest(): void {
    for (const stop of this.#stops.splice(0)) stop();
    this.#cancelFlush?.();
    this.#cancelFlush = undefined;
    this.#flushAtMs = null;
    this.#changed.clear();
  }

  #tell(topics: readonly Topic[], withinMs: number): void {
    for (const topic of topics) this.#changed.add(topic);
    const at = this.#ports.clock.ms() + withinMs;
    if (this.#flushAtMs !== null && this.#flushAtMs <= at) return;
    this.#cancelFlush?.();
    this.#flushAtMs = at;
    this.#cancelFlush = this.#ports.clock.after(withinMs, () => this.#flush());
  }

  #flush(): void {
    const topics = TOPICS.filter((topic) => this.#changed.has(topic));
    this.#changed = new Set();
    this.#flushAtMs = null;
    this.#cancelFlush = undefined;
    const line = `event: change\ndata: ${JSON.stringify({ topics })}\n\n`;
    for (const client of this.#clients) client.send(line);
  }
}
