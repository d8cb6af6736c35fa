import { AsyncLocalStorage } from 'node:async_hooks';
import { JOB_PROMOTE_ROWS, JOB_RACE_TRIES } from '#config/limits.ts';
import type { SqlValue, Tx } from '#db/db.ts';
import { isConstraint, isUnknownCommit } from '#db/errors.ts';
import { writeOne } from '#db/write-one.ts';
import { crashpoint } from '#std/crashpoint.ts';
import type { NewId } from '#std/ids.ts';
import { toMs } from '#std/time.ts';
import { Attempt, type AttemptPorts } from './attempt.ts';
import { type ClaimStatement, claimedWith, nextDue, promote } from './claim-store.ts';
import type { JobKind } from './define.ts';
import { type EndingCounts, noCounts } from './ending-counts.ts';
import type { InHand, Recordable, Want } from './in-hand.ts';
import type { ClaimedJob } from './job.ts';
import { Recorder } from './recorder.ts';
import { settle } from './settle-store.ts';
import { READY } from './signals.ts';

export interface TurnPorts<App> extends AttemptPorts<App> {
  workerId: string;
  newId: NewId;
  kinds: ReadonlyMap<string, JobKind<App>>;
  claim: ClaimStatement;
  hand: InHand<App>;
  /** Turns that may be under way at once: a second one keeps a database server busy while the first is answered. */
  lanes: number;
}

interface Quiet {
  resolve(): void;
  reject(reason: unknown): void;
  /** Also wait until no job is due. */
  drained: boolean;
}

interface Done {
  lost: ReadonlySet<string>;
  claimed: ClaimedJob[];
  /** The time that was written: what was due by then is ready. */
  writtenMs: number;
  /** Undefined when nobody looked. */
  nextDue: string | null | undefined;
}

const NEVER = Number.POSITIVE_INFINITY;
const NOTHING: Want = { limit: 0 };

/**
 * The heart of a worker. Whatever ended in one turn of the event loop is recorded in the transaction that claims the next
 * jobs, so that both are durable for the price of one commit, and nothing is claimed before it is.
 */
export class Turns<App> {
  /** False: what is in hand is finished and recorded, and nothing is claimed. */
  claiming = false;
  readonly counts: EndingCounts = noCounts();
  /** Told when the next delayed job is due, as far as we know. */
  onNextDue: (dueMs: number) => void = () => {};
  readonly #p: TurnPorts<App>;
  readonly #recorder: Recorder<App>;
  /** Runs a function outside of the job or request that happened to wake us. */
  readonly #outside = AsyncLocalStorage.snapshot();
  #scheduled = false;
  /** Turns whose answer is awaited. */
  #inTurn = 0;
  #again = false;
  #nextDueMs = 0;
  #races = 0;
  /** Turns that recorded endings: what looked before one of them may have missed what it made ready. */
  #endings = 0;
  /** Tokens of claims whose commit was not answered: they may hold jobs that we know nothing of. */
  readonly #unsure = new Set<string>();
  #cancelRetry: (() => void) | undefined;
  #quiet: Quiet[] = [];

  constructor(ports: TurnPorts<App>) {
    this.#p = ports;
    this.#recorder = new Recorder(ports, this.counts);
  }

  /** A turn soon: after what this turn of the event loop still brings. */
  schedule(): void {
    const full = this.#inTurn === this.#p.lanes;
    if (full) this.#again = true;
    if (full || this.#scheduled || this.#cancelRetry) return;
    this.#scheduled = true;
    this.#outside(() => setImmediate(() => void this.#turn()));
  }

  /** A job is ready, or will be due at this time. */
  due(dueMs: number): void {
    const now = dueMs <= this.#p.clock.ms();
    if (dueMs !== READY && dueMs < this.#nextDueMs) this.knowNextDue(dueMs);
    if (now) this.schedule();
  }

  knowNextDue(dueMs: number): void {
    this.#nextDueMs = dueMs;
    this.onNextDue(dueMs);
  }

  /** Resolves when nothing is in hand any more; `drained`: nor anything due. */
  quiet(drained: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#quiet.push({ resolve, reject, drained });
      this.schedule();
    });
  }

  /** Does not wait for the next try any longer. */
  hurry(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    this.schedule();
  }

  /** No more tries to record what is in hand. */
  close(): void {
    this.#cancelRetry?.();
    this.#quiet = [];
  }

  async #turn(): Promise<void> {
    this.#scheduled = false;
    this.#inTurn++;
    const { hand } = this.#p;
    const what = hand.takeEnded();
    const want = this.claiming && this.#races < JOB_RACE_TRIES ? hand.want : NOTHING;
    let dry = !this.claiming;
    if (what.ended.length + what.returning.length + want.limit + this.#unsure.size > 0) {
      const { rooms, answered } = hand.ask(want.limit);
      const endings = this.#endings;
      try {
        const writing = this.#write(what, { ...want, rooms });
        if (this.#inTurn < this.#p.lanes && this.claiming && hand.want.limit > 0) this.schedule();
        const done = await writing;
        answered();
        this.#races = 0;
        hand.recorded(what);
        this.#after(what.ended, done);
        dry = done.claimed.length < want.limit && !this.#isDue() && endings === this.#endings;
        if (what.ended.length + what.returning.length > 0) this.#endings++;
      } catch (e) {
        answered();
        hand.notRecorded(what);
        await this.#onFailure(e);
        dry = false;
      }
    }
    this.#inTurn--;
    const more =
      hand.ended.length + hand.returning.length > 0 || (!dry && this.claiming && hand.want.limit > 0);
    if (this.#again || more) {
      this.#again = false;
      this.schedule();
    } else this.#tellQuiet(dry);
  }

  async #write(what: Recordable<App>, want: Want & { rooms: number[] }): Promise<Done> {
    const { db, claim, clock, workerId, newId } = this.#p;
    const now = clock.now();
    const settlements = this.#recorder.settlements(what);
    const promoting = want.limit > 0 && this.#isDue();
    const token = newId();
    // Each is looked for by one turn: of two that find the same jobs, both would run them.
    const unsure = [...this.#unsure];
    this.#unsure.clear();
    const writtenMs = toMs(now);
    const request = { ...want, token, workerId, now };
    const claimAlone = async (): Promise<Done> => {
      // Lost in a power cut, it leaves the job waiting; what its handler writes comes after it.
      const alone = {
        all: <Row>(sql: string, params: SqlValue[]) => writeOne<Row>(db, { sql, params, lazily: true }),
      };
      const claimed = await claim.claim(alone, request);
      crashpoint('turn.written');
      return { lost: new Set(), claimed, writtenMs, nextDue: undefined };
    };
    const together = async (tx: Tx): Promise<Done> => {
      const settled = settle(tx, settlements, now);
      // Over a network the claim need not wait for plain completions: their statements are on their way before it.
      const plain = settlements.every((s) => s.ending.to === 'completed');
      if (tx.engine !== 'postgres' || !plain) await settled;
      const due = promoting ? this.#promote(tx, now) : undefined;
      const claiming = want.limit > 0 ? claim.claim(tx, request) : [];
      const [lost, nextDue, claimed] = await Promise.all([settled, due, claiming]);
      const found: ClaimedJob[] = [];
      for (const earlier of unsure) found.push(...(await claimedWith(tx, workerId, earlier)));
      crashpoint('turn.written');
      return { lost, claimed: [...found, ...claimed], writtenMs, nextDue };
    };
    const onlyClaims = settlements.length + unsure.length === 0 && !promoting;
    const written = onlyClaims ? claimAlone() : db.write(together);
    try {
      return await written;
    } catch (e) {
      for (const earlier of unsure) this.#unsure.add(earlier);
      if (want.limit > 0 && isUnknownCommit(e)) this.#unsure.add(token);
      throw e;
    }
  }

  async #promote(tx: Tx, now: string): Promise<string | null> {
    const promoted = await promote(tx, now);
    return promoted === JOB_PROMOTE_ROWS ? now : nextDue(tx);
  }

  #after(ended: readonly Attempt<App>[], done: Done): void {
    const { hand, hooks } = this.#p;
    crashpoint(ended.length > 0 ? 'turn.settled' : 'turn.claimed');
    if (done.nextDue !== undefined) this.knowNextDue(done.nextDue === null ? NEVER : toMs(done.nextDue));
    for (const attempt of ended) {
      this.#recorder.report(attempt, done.lost.has(attempt.job.id));
      const { ending } = attempt;
      if (ending?.to === 'queued') this.due(ending.atMs <= done.writtenMs ? READY : ending.atMs);
    }
    if (done.claimed.length === 0) {
      // What waited for the end of another to be recorded.
      if (this.claiming) this.#startNext();
      return;
    }
    hooks.onClaimed?.(done.claimed.length);
    hand.add(done.claimed);
    if (this.claiming) this.#startNext();
    else {
      hand.giveBack();
      this.#again = true;
    }
  }

  #startNext(): void {
    const { hand, kinds } = this.#p;
    for (let job = hand.next(); job; job = hand.next()) {
      const kind = kinds.get(job.type);
      if (!kind) throw new Error(`A job of the unknown type ${job.type} was claimed`);
      const attempt: Attempt<App> = new Attempt(this.#p, { job, kind }, this.#onEnded);
      hand.start(attempt);
      attempt.start();
    }
  }

  readonly #onEnded = (attempt: Attempt<App>): void => {
    this.#p.hand.end(attempt);
    if (this.claiming) this.#outside(() => this.#startNext());
    this.schedule();
  };

  #isDue(): boolean {
    return this.#nextDueMs <= this.#p.clock.ms();
  }

  async #onFailure(e: unknown): Promise<void> {
    if (isConstraint(e, 'unique') && this.#races < JOB_RACE_TRIES) {
      // Another process took the same serial or singleton key between our look and our write: look again.
      this.#races++;
      this.#again = true;
      return;
    }
    for (const q of this.#quiet.filter((one) => one.drained)) q.reject(e);
    this.#quiet = this.#quiet.filter((one) => !one.drained);
    const wait = await this.#recorder.afterFailure(e);
    this.#again = wait === 0;
    if (wait === 0) return;
    this.#cancelRetry = this.#outside(() =>
      this.#p.clock.after(wait, () => {
        this.#cancelRetry = undefined;
        this.#races = 0;
        this.schedule();
      }),
    );
  }

  #tellQuiet(dry: boolean): void {
    if (!this.#p.hand.idle || this.#inTurn > 0 || this.#unsure.size > 0) return;
    const told = this.#quiet.filter((q) => dry || !q.drained);
    this.#quiet = this.#quiet.filter((q) => !told.includes(q));
    for (const q of told) q.resolve();
  }
}
