import type { SeededRandom } from './seeded-random.ts';

/**
 * What goes wrong.
 * - `status`: an error answer (`status`, `reason`, `retryAfterS`)
 * - `hang`: no answer, the connection stays open
 * - `reset`: the connection is cut without an answer
 * - `cut`: the answer stops half-way, and the connection ends
 * - `half-close`: the answer stops half-way, and no more comes, while the connection still takes what is sent
 * - `drip`: one byte a second
 * - `wrong-length`: Content-Length promises more than comes
 * - `html`: a page with status 200 instead of JSON
 * - `gzip-bomb`: a compressed body of `bytes` zeros
 * - `delay`: the right answer, `delayMs` later
 * - `stale`: reads show the mailbox as it was `delayMs` ago
 */
export const FAULT_KINDS = [
  'status',
  'hang',
  'reset',
  'cut',
  'half-close',
  'drip',
  'wrong-length',
  'html',
  'gzip-bomb',
  'delay',
  'stale',
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface Fault {
  kind: FaultKind;
  /** As in `messages.get`, `drafts.send`, `oauth.token`, `pubsub.pull`; `*` and `messages.*` take many. */
  method?: string;
  /** `before`: nothing was done. `after`: it was done, and the caller does not learn it. `before` when left out. */
  when?: 'before' | 'after';
  /** Only calls of this user. */
  user?: string;
  /** In [0, 1]; 1 when left out. */
  probability?: number;
  /** So many times, then never again; without an end when left out. */
  times?: number;
  /** The first calls that fit are left alone. */
  skip?: number;
  status?: number;
  reason?: string;
  /** The error's message; of an OAuth call its description. */
  message?: string;
  retryAfterS?: number;
  delayMs?: number;
  bytes?: number;
}

interface Scripted {
  fault: Fault;
  seen: number;
  hit: number;
}

const fits = (pattern: string, method: string): boolean =>
  pattern === '*' ||
  pattern === method ||
  (pattern.endsWith('.*') && method.startsWith(pattern.slice(0, -1)));

/** The faults to come. Asked once per call. */
export class FaultScript {
  readonly #scripted = new Set<Scripted>();
  readonly #random: SeededRandom;

  constructor(random: SeededRandom) {
    this.#random = random;
  }

  /** Returns a function that takes the fault back and tells how often it hit. */
  add(fault: Fault): () => number {
    const one: Scripted = { fault, seen: 0, hit: 0 };
    this.#scripted.add(one);
    return () => {
      this.#scripted.delete(one);
      return one.hit;
    };
  }

  clear(): void {
    this.#scripted.clear();
  }

  /** The fault for this call; undefined when all is well. */
  next(method: string, user: string | undefined): Fault | undefined {
    for (const one of this.#scripted) {
      const { fault } = one;
      if (!fits(fault.method ?? '*', method)) continue;
      if (fault.user !== undefined && fault.user !== user) continue;
      if (++one.seen <= (fault.skip ?? 0)) continue;
      if (one.hit >= (fault.times ?? Number.POSITIVE_INFINITY)) continue;
      if (fault.probability !== undefined && this.#random.next() >= fault.probability) continue;
      one.hit++;
      return fault;
    }
    return undefined;
  }
}
