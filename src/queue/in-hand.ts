import {
  JOB_AHEAD_MS,
  JOB_AHEAD_RUN_MS,
  JOB_AHEAD_WAIT_MS,
  JOB_LIVE_PRIORITY,
  JOB_LIVE_SHARE,
  JOB_RECORD_ROWS,
} from '#config/limits.ts';
import type { Clock } from '#std/clock.ts';
import type { Attempt } from './attempt.ts';
import { isSuspect } from './deaths.ts';
import type { JobKind } from './define.ts';
import type { ClaimedJob } from './job.ts';
import { claimKey, type Held } from './lease-store.ts';

/** Milliseconds over which the pace is measured: longer than the clock's grain, short enough to follow. */
const PACE_WINDOW_MS = 10;

/** What a worker has room for. */
export interface Want {
  limit: number;
  /** Only jobs of this priority and of more urgent, lower ones; default: any. */
  upToPriority?: number;
}

const isBulk = (job: ClaimedJob): boolean => job.priority > JOB_LIVE_PRIORITY;

/** What is to be recorded: attempts that ended, and claims that go back unstarted. */
export interface Recordable<App> {
  ended: readonly Attempt<App>[];
  returning: readonly ClaimedJob[];
}

interface InHandOptions<App> {
  kinds: readonly JobKind<App>[];
  concurrency: number;
  /** The most to claim ahead of a free place. */
  ahead: number;
  /** Claims that may be under way at once. */
  lanes: number;
  clock: Clock;
}

/**
 * The claims that a worker holds: those that wait for a place, those that run, and those that ended and are not yet
 * recorded.
 */
export class InHand<App> {
  /** By `claimKey`. */
  readonly running = new Map<string, Attempt<App>>();
  readonly ended: Attempt<App>[] = [];
  /** Claims that go back unstarted. */
  readonly returning: ClaimedJob[] = [];
  /** What is on its way to the database. */
  readonly #recording = new Set<Recordable<App>>();
  /** Jobs that are being claimed at most. */
  #asked = 0;
  /** Whether one of the claims under way may take jobs of kinds that have a limit. */
  #limitedAsked = false;
  #waiting: ClaimedJob[] = [];
  #waitingSinceMs = 0;
  /** The latest that ran of those with which a worker died: the next waits until the end of this one is recorded. */
  #suspect: Attempt<App> | undefined;
  readonly #perType = new Map<string, number>();
  readonly #options: InHandOptions<App>;
  /** The most bulk jobs that run at once: some places are kept for live ones. */
  readonly #bulkPlaces: number;
  #bulkRunning = 0;
  /** Bulk jobs that run or wait. */
  #bulkHeld = 0;
  #endedInWindow = 0;
  #windowStartMs: number;
  #perMs = 0;

  constructor(options: InHandOptions<App>) {
    this.#options = options;
    this.#bulkPlaces = options.concurrency - Math.floor(options.concurrency * JOB_LIVE_SHARE);
    this.#windowStartMs = options.clock.ms();
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  get idle(): boolean {
    return (
      this.running.size === 0 &&
      this.ended.length === 0 &&
      this.returning.length === 0 &&
      this.#recording.size === 0 &&
      this.#asked === 0 &&
      this.#waiting.length === 0
    );
  }

  /**
   * What more to claim. Beyond the free places only as much as runs within a few milliseconds at the present pace: another
   * worker may be idle. However much bulk work is in hand, live work is claimed as long as there is a place for it.
   */
  get want(): Want {
    const { concurrency, lanes } = this.#options;
    const reach = this.#reach;
    const waiting = this.#waiting.length;
    const short = reach === 0 || waiting + this.#asked <= Math.ceil((concurrency + reach) / 2);
    const held = this.running.size + waiting + this.#asked;
    const missing = short ? concurrency + reach - held : 0;
    if (missing > 0 && this.#bulkHeld < this.#bulkPlaces + reach) {
      // With several claims under way, each gets its share: one runs while the other is on its way.
      const share = Math.ceil((concurrency + reach) / lanes);
      return { limit: reach === 0 ? missing : Math.min(missing, share) };
    }
    const bulkWaiting = this.#bulkHeld - this.#bulkRunning;
    const free = concurrency - held + bulkWaiting;
    return { limit: this.#bulkHeld > 0 ? Math.max(0, free) : 0, upToPriority: JOB_LIVE_PRIORITY };
  }

  /** How many to claim ahead: none while jobs take longer than a claim does, since then it gains nothing. */
  get #reach(): number {
    if (this.running.size > this.#perMs * JOB_AHEAD_RUN_MS) return 0;
    return Math.min(this.#options.ahead, Math.floor(this.#perMs * JOB_AHEAD_MS));
  }

  /**
   * A claim of at most so many is on its way: in the order of the kinds, the most to claim of each, and what to call when
   * it is done. Of the claims under way at once, one alone takes jobs of kinds that have a limit.
   */
  ask(limit: number): { rooms: number[]; answered: () => void } {
    const limited = limit > 0 && !this.#limitedAsked;
    if (limited) this.#limitedAsked = true;
    this.#asked += limit;
    const rooms = this.#options.kinds.map(({ type, concurrency }) => {
      if (concurrency === undefined) return limit;
      return limited ? Math.max(0, concurrency - (this.#perType.get(type) ?? 0)) : 0;
    });
    const answered = () => {
      this.#asked -= limit;
      if (limited) this.#limitedAsked = false;
    };
    return { rooms, answered };
  }

  add(claims: readonly ClaimedJob[]): void {
    if (claims.length === 0) return;
    this.#waitingSinceMs = this.#options.clock.ms();
    const last = this.#waiting.at(-1);
    this.#waiting.push(...claims);
    // Each claim comes in order; a later one may hold what is more urgent.
    if (last && (claims[0]?.priority ?? 0) < last.priority) {
      this.#waiting.sort((a, b) => a.priority - b.priority);
    }
    for (const job of claims) {
      this.#perType.set(job.type, (this.#perType.get(job.type) ?? 0) + 1);
      if (isBulk(job)) this.#bulkHeld++;
    }
  }

  /** The next job that has a place to run. */
  next(): ClaimedJob | undefined {
    if (this.running.size >= this.#options.concurrency) return undefined;
    if (!this.#suspectBusy()) return this.#mayRun(this.#waiting[0]) ? this.#waiting.shift() : undefined;
    const at = this.#waiting.findIndex((job) => !isSuspect(job));
    return this.#mayRun(this.#waiting[at]) ? this.#waiting.splice(at, 1)[0] : undefined;
  }

  start(attempt: Attempt<App>): void {
    this.running.set(claimKey(attempt.job), attempt);
    if (isBulk(attempt.job)) this.#bulkRunning++;
    if (isSuspect(attempt.job)) this.#suspect = attempt;
  }

  end(attempt: Attempt<App>): void {
    this.running.delete(claimKey(attempt.job));
    if (isBulk(attempt.job)) this.#bulkRunning--;
    this.#leave(attempt.job);
    this.ended.push(attempt);
    this.#endedInWindow++;
    const now = this.#options.clock.ms();
    const span = now - this.#windowStartMs;
    if (span < PACE_WINDOW_MS) return;
    this.#perMs = this.#endedInWindow / span;
    this.#endedInWindow = 0;
    this.#windowStartMs = now;
  }

  /** What is to be recorded now; it stays in hand until `recorded`, or goes back with `notRecorded`. */
  takeEnded(): Recordable<App> {
    const what = {
      ended: this.ended.splice(0, JOB_RECORD_ROWS),
      returning: this.returning.splice(0, JOB_RECORD_ROWS),
    };
    if (what.ended.length + what.returning.length > 0) this.#recording.add(what);
    return what;
  }

  recorded(what: Recordable<App>): void {
    this.#recording.delete(what);
  }

  notRecorded(what: Recordable<App>): void {
    if (!this.#recording.delete(what)) return;
    this.ended.unshift(...what.ended);
    this.returning.unshift(...what.returning);
  }

  /** Gives back all claims that have not been started. */
  giveBack(): void {
    this.returning.push(...this.#waiting);
    for (const job of this.#waiting) this.#leave(job);
    this.#waiting = [];
  }

  /** Gives back what waited for a place too long: another worker may have one. Returns whether there was any. */
  giveBackLate(): boolean {
    if (this.#waiting.length === 0) return false;
    if (this.#options.clock.ms() - this.#waitingSinceMs <= JOB_AHEAD_WAIT_MS) return false;
    this.giveBack();
    // What runs now is not as quick as what ran before.
    this.#perMs = 0;
    return true;
  }

  /** Forgets a claim that was canceled or lost before it was started. */
  drop(claim: Held): void {
    const at = this.#waiting.findIndex((job) => job.id === claim.id && job.token === claim.token);
    const [job] = at < 0 ? [] : this.#waiting.splice(at, 1);
    if (job) this.#leave(job);
  }

  /** Everything that must be shown to be alive. */
  held(): Held[] {
    const held: Held[] = [];
    for (const { id, token } of this.#waiting) held.push({ id, token });
    for (const { job } of this.running.values()) held.push({ id: job.id, token: job.token });
    for (const { ended, returning } of [this, ...this.#recording]) {
      for (const { id, token } of returning) held.push({ id, token });
      for (const { job, ending } of ended) if (ending) held.push({ id: job.id, token: job.token });
    }
    return held;
  }

  #suspectBusy(): boolean {
    const one = this.#suspect;
    if (!one) return false;
    if (this.running.get(claimKey(one.job)) === one) return true;
    for (const { ended } of [this, ...this.#recording]) if (ended.includes(one)) return true;
    this.#suspect = undefined;
    return false;
  }

  #mayRun(job: ClaimedJob | undefined): boolean {
    return job !== undefined && (!isBulk(job) || this.#bulkRunning < this.#bulkPlaces);
  }

  #leave(job: ClaimedJob): void {
    this.#perType.set(job.type, (this.#perType.get(job.type) ?? 1) - 1);
    if (isBulk(job)) this.#bulkHeld--;
  }
}
