import { PARSE_IDLE_MS, PARSE_MS, PARSE_STARTS, PARSE_WORKERS } from '#config/limits.ts';
import type { Clock } from '#std/clock.ts';
import { AppError } from '#std/errors.ts';
import { envelopeOnly } from './envelope.ts';
import type { ParsedMail } from './message.ts';
import { ParseThread, type ThreadEnd } from './parse-thread.ts';
import { Untrusted } from './untrusted.ts';

/** Reads raw messages in threads of their own, so that no message can stop or kill the process. */
export interface ParsePool {
  /**
   * The messages in the order of the bytes. One that takes too long, or too much memory, comes back as its headers alone,
   * with a note. Rejects only when the pool is closed, or its threads can't start.
   */
  parse(raws: readonly Uint8Array[]): Promise<Untrusted<ParsedMail>[]>;
  close(): Promise<void>;
}

export interface ParsePoolOptions {
  clock: Clock;
  /** Threads at most; each is started when there is work for it, and let go when there has been none for a while. */
  workers?: number;
  /** Milliseconds that one message may take. */
  messageMs?: number;
  script?: URL;
}

/** Nothing is started before the first message. */
export const parsePool = (o: ParsePoolOptions): ParsePool => {
  const settings: Settings = {
    clock: o.clock,
    messageMs: o.messageMs ?? PARSE_MS,
    script: o.script ?? new URL('./parse-worker.ts', import.meta.url),
  };
  const lanes = Array.from({ length: o.workers ?? PARSE_WORKERS }, () => new Lane(settings));
  let closed = false;
  return {
    parse: async (raws) => {
      if (closed) throw closedError();
      if (raws.length === 0) return [];
      const lane = lanes.reduce((best, one) => (one.load < best.load ? one : best));
      const mails = await lane.parse(raws);
      return mails.map((mail) => new Untrusted(mail));
    },
    close: async () => {
      closed = true;
      await Promise.all(lanes.map((lane) => lane.close()));
    },
  };
};

interface Settings {
  clock: Clock;
  messageMs: number;
  script: URL;
}

interface Job {
  raws: readonly Uint8Array[];
  /** Filled with what killed a thread; the rest is asked for again. */
  mails: (ParsedMail | undefined)[];
  resolve(mails: ParsedMail[]): void;
  reject(error: unknown): void;
}

const WATCHES_PER_LIMIT = 10;

const closedError = (): AppError =>
  new AppError('transient', 'mail.parser-closed', 'The program is stopping, so no more mail is parsed');

const NOTES: Record<Exclude<ThreadEnd, 'stopped'>, string> = {
  time: 'took too long to read: only the headers were read',
  memory: 'needed too much memory to read: only the headers were read',
  broken: 'could not be read: only the headers were read',
};

/** One thread at a time, and the batches that wait for it. */
class Lane {
  readonly #settings: Settings;
  readonly #jobs = new Map<number, Job>();
  #thread: ParseThread | undefined;
  #nextBatch = 1;
  #failedStarts = 0;
  #cancelTimer: () => void = () => {};

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** Messages that wait. */
  get load(): number {
    let sum = 0;
    for (const job of this.#jobs.values()) sum += job.raws.length;
    return sum;
  }

  parse(raws: readonly Uint8Array[]): Promise<ParsedMail[]> {
    return new Promise((resolve, reject) => {
      const wasIdle = this.#jobs.size === 0;
      const mails = new Array<ParsedMail | undefined>(raws.length);
      this.#submit({ raws, mails, resolve, reject });
      if (wasIdle) this.#watch(this.#thread?.started ?? 0, this.#settings.clock.ms());
    });
  }

  async close(): Promise<void> {
    this.#cancelTimer();
    const jobs = [...this.#jobs.values()];
    this.#jobs.clear();
    for (const job of jobs) job.reject(closedError());
    await this.#thread?.kill('stopped');
  }

  #submit(job: Job): void {
    const open = job.raws.filter((_, i) => job.mails[i] === undefined);
    if (open.length === 0) {
      job.resolve(job.mails.filter((mail) => mail !== undefined));
      return;
    }
    const batch = this.#nextBatch++;
    this.#jobs.set(batch, job);
    this.#thread ??= this.#start();
    this.#thread.send(batch, open);
  }

  #start(): ParseThread {
    const thread: ParseThread = new ParseThread(this.#settings.script, {
      done: (batch, mails) => this.#done(thread, batch, mails),
      ended: (why, at) => this.#ended(thread, why, at),
    });
    return thread;
  }

  #done(thread: ParseThread, batch: number, mails: ParsedMail[]): void {
    const job = this.#jobs.get(batch);
    if (!job || thread !== this.#thread) return;
    this.#failedStarts = 0;
    this.#jobs.delete(batch);
    let next = 0;
    for (const i of job.raws.keys()) job.mails[i] ??= mails[next++];
    job.resolve(job.mails.filter((mail) => mail !== undefined));
    if (this.#jobs.size === 0) this.#rest(thread);
  }

  #rest(thread: ParseThread): void {
    thread.rest();
    this.#cancelTimer();
    this.#cancelTimer = this.#settings.clock.after(PARSE_IDLE_MS, () => {
      this.#thread = undefined;
      void thread.kill('stopped');
    });
  }

  /** Kills a thread that has been at the same message for too long. */
  #watch(started: number, since: number): void {
    const { clock, messageMs } = this.#settings;
    this.#cancelTimer();
    this.#cancelTimer = clock.after(messageMs / WATCHES_PER_LIMIT, () => {
      const now = this.#thread?.started ?? 0;
      if (now !== started) this.#watch(now, clock.ms());
      else if (clock.ms() - since < messageMs) this.#watch(started, since);
      else void this.#thread?.kill('time');
    });
  }

  /** The message that ended the thread becomes an envelope; everything else is given to a new thread. */
  #ended(thread: ParseThread, why: ThreadEnd, at: { batch: number; index: number } | null): void {
    if (thread !== this.#thread) return;
    this.#thread = undefined;
    this.#cancelTimer();
    if (why === 'stopped' || this.#jobs.size === 0) return;
    const jobs = new Map(this.#jobs);
    this.#jobs.clear();
    const culprit = at === null ? undefined : jobs.get(at.batch);
    if (at && culprit) {
      this.#failedStarts = 0;
      giveUp(culprit, at.index, NOTES[why]);
    } else if (++this.#failedStarts >= PARSE_STARTS) {
      this.#failedStarts = 0;
      const error = new AppError(
        'permanent',
        'mail.parser-down',
        'The thread that parses mail does not start',
        {
          help: 'See the log for the reason, and whether the installation is complete.',
        },
      );
      for (const job of jobs.values()) job.reject(error);
      return;
    }
    for (const job of jobs.values()) this.#submit(job);
    if (this.#jobs.size > 0) this.#watch(0, this.#settings.clock.ms());
  }
}

/** `index` counts the messages of the batch that had no answer yet. */
const giveUp = (job: Job, index: number, note: string): void => {
  let open = -1;
  for (const [i, raw] of job.raws.entries()) {
    if (job.mails[i] === undefined && ++open === index) {
      job.mails[i] = envelopeOnly(raw, note);
      return;
    }
  }
};
