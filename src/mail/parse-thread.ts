import { Worker } from 'node:worker_threads';
import { PARSE_HEAP_MB, PARSE_NURSERY_MB } from '#config/limits.ts';
import type { ParsedMail } from './message.ts';
import { type ParseReply, type ParseRequest, PROGRESS } from './parse-protocol.ts';

/** Why a thread ended: it was told to, it used too much memory or time, or it broke. */
export type ThreadEnd = 'stopped' | 'memory' | 'time' | 'broken';

export interface ThreadEvents {
  done(batch: number, mails: ParsedMail[]): void;
  /** `at` is the message it was at; null when it had not begun any. */
  ended(why: ThreadEnd, at: { batch: number; index: number } | null): void;
}

/** One parsing thread. It keeps the process alive only while it has work. */
export class ParseThread {
  readonly #worker: Worker;
  readonly #progress = new Int32Array(new SharedArrayBuffer(PROGRESS.length * Int32Array.BYTES_PER_ELEMENT));
  #why: ThreadEnd = 'broken';

  constructor(script: URL, events: ThreadEvents) {
    this.#worker = new Worker(script, {
      workerData: { progress: this.#progress.buffer },
      resourceLimits: { maxOldGenerationSizeMb: PARSE_HEAP_MB, maxYoungGenerationSizeMb: PARSE_NURSERY_MB },
      // Hostile input is read here: it gets no secret to find.
      env: {},
      execArgv: [],
    });
    this.#worker.on('message', (reply: ParseReply) => events.done(reply.batch, reply.mails));
    this.#worker.on('error', (error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY')
        this.#why = 'memory';
    });
    this.#worker.on('exit', () => events.ended(this.#why, this.#position()));
  }

  /** How many messages it has begun. */
  get started(): number {
    return Atomics.load(this.#progress, PROGRESS.started);
  }

  send(batch: number, raws: readonly Uint8Array[]): void {
    const bytes = new Uint8Array(raws.reduce((sum, raw) => sum + raw.length, 0));
    let at = 0;
    for (const raw of raws) {
      bytes.set(raw, at);
      at += raw.length;
    }
    const request: ParseRequest = { batch, bytes: bytes.buffer, lengths: raws.map((raw) => raw.length) };
    this.#worker.ref();
    this.#worker.postMessage(request, [bytes.buffer]);
  }

  /** It may be the last thing the process waits for no longer. */
  rest(): void {
    this.#worker.unref();
  }

  async kill(why: 'stopped' | 'time'): Promise<void> {
    this.#why = why;
    await this.#worker.terminate();
  }

  #position(): { batch: number; index: number } | null {
    if (this.started === 0) return null;
    return {
      batch: Atomics.load(this.#progress, PROGRESS.batch),
      index: Atomics.load(this.#progress, PROGRESS.index),
    };
  }
}
