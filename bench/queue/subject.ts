/** What every queue under measurement is asked to do. */

/** About 300 bytes of JSON. */
export interface Payload {
  n: number;
  /** When it was enqueued, on the clock that all processes of a machine share; 0: nobody waits for it. */
  sentMs: number;
  to: string;
  subject: string;
  template: string;
  body: string;
}

/** Whose job it is, for the fairness scenario. Queues that know neither keys nor priorities ignore it. */
export interface Place {
  account: string;
  /** Live work goes before bulk work by priority. */
  live: boolean;
}

export type Handler = (payload: Payload) => Promise<void>;

/** A queue that is open, with its store in place. */
export interface OpenQueue {
  /** Resolves when the job is stored. */
  enqueue(payload: Payload, place?: Place): Promise<unknown>;
  enqueueMany(payloads: readonly Payload[], place?: Place): Promise<unknown>;
  /** Waits until what was enqueued is in the store, where `enqueue` does not. */
  settle?(): Promise<void>;
  /** Starts a worker that runs this many jobs at once. */
  work(handler: Handler, concurrency: number): Promise<{ stop(): Promise<unknown> }>;
  /** Jobs that could run now, or do. */
  open(): Promise<number>;
  /** Errors of the store that reached whoever called it. */
  problems?(): number;
  /** Puts in rows that are finished, and rows that are not due for a day. */
  seed?(rows: { finished: number; delayed: number }): Promise<void>;
  close(): Promise<unknown>;
}

/** Where a queue keeps its jobs in this measurement. */
export interface Surroundings {
  /** An empty folder, or one that holds a seeded file. */
  dir: string;
  /** A fresh database on PostgreSQL. */
  postgresUrl: string;
  redisPort: number;
}

export type Store = 'file' | 'redis' | 'postgres';

/** `full`: what is acknowledged survives a power cut. `normal`: a crash of the program. `second`: up to a second is lost. */
export type Durability = 'full' | 'normal' | 'second';

export interface Subject {
  /** Unique, of letters, digits and dashes. */
  id: string;
  label: string;
  ours: boolean;
  store: Store;
  durability: Durability;
  /** Tuned for throughput rather than as it comes; for Ashford: never a claim before the last completion is durable. */
  variant?: 'tuned' | 'strict';
  runtime?: 'bun';
  /** Only one process can work on its store. */
  oneProcess?: boolean;
  /** The packages that `npm run bench -- setup` installs for it. */
  needs: readonly string[];
  open(where: Surroundings): Promise<OpenQueue>;
}

const BODY = 'Lorem ipsum dolor sit amet, consetetur sadipscing elitr. '.repeat(4).slice(0, 190);

export const payload = (n: number, sentMs = 0): Payload => ({
  n,
  sentMs,
  to: `reader${n % 1000}@mail.example`,
  subject: 'Your order is on its way',
  template: 'order-sent',
  body: BODY,
});

export const payloads = (count: number, from = 0): Payload[] =>
  Array.from({ length: count }, (_, i) => payload(from + i));

/** Milliseconds on the monotonic clock, which all processes of a machine share. */
export const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

export const DAY_MS = 86_400_000;
