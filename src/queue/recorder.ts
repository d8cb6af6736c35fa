import { JOB_RECORD_TRIES, JOB_RECORD_WAIT_MS, JOB_SUSPECT_WAIT_MS } from '#config/limits.ts';
import { isUnknownCommit } from '#db/errors.ts';
import { AppError } from '#std/errors.ts';
import { type Attempt, type AttemptPorts, released } from './attempt.ts';
import { isSuspect } from './deaths.ts';
import type { EndingCounts } from './ending-counts.ts';
import type { InHand, Recordable } from './in-hand.ts';
import type { ClaimedJob } from './job.ts';
import { errorText } from './outcome.ts';
import { reportEnd } from './report.ts';
import { type Settlement, settle } from './settle-store.ts';

const FIRST_WAIT_MS = 50;
const MAX_DOUBLINGS = 20;

export interface RecorderPorts<App> extends AttemptPorts<App> {
  hand: InHand<App>;
}

/** Turns endings into records, and sees to it that a database that is away for a while costs no ending. */
export class Recorder<App> {
  readonly #p: RecorderPorts<App>;
  readonly #counts: EndingCounts;
  #failures = 0;
  /** What is on its way to the database. */
  #sent: readonly Attempt<App>[] = [];
  /** Sent before, without an answer: when they turn out to be recorded, it was by us. */
  readonly #unsure = new WeakSet<Attempt<App>>();

  constructor(ports: RecorderPorts<App>, counts: EndingCounts) {
    this.#p = ports;
    this.#counts = counts;
  }

  settlements(what: Recordable<App>): Settlement[] {
    const nowMs = this.#p.clock.ms();
    const all: Settlement[] = [];
    this.#sent = what.ended;
    for (const attempt of what.ended) {
      attempt.beginRecording();
      // What was canceled or lost has nothing to record.
      if (attempt.ending) all.push(settlementOf(attempt.job, attempt.ending));
    }
    for (const job of what.returning) {
      const waitMs = isSuspect(job) ? JOB_SUSPECT_WAIT_MS : 0;
      all.push(settlementOf(job, released(nowMs + waitMs)));
    }
    return all;
  }

  report(attempt: Attempt<App>, lost: boolean): void {
    this.#failures = 0;
    this.#counts[reportEnd(attempt, lost && !this.#unsure.has(attempt), this.#p)]++;
  }

  /** Returns the milliseconds to wait before the next try; 0 when what failed is out of the way. */
  async afterFailure(e: unknown): Promise<number> {
    const { log, hand, random } = this.#p;
    this.#failures++;
    if (isUnknownCommit(e)) for (const attempt of this.#sent) this.#unsure.add(attempt);
    log.warn({ error: errorText(e), failures: this.#failures }, 'the queue could not reach its database');
    if (!isTransient(e) && hand.ended.length > 0) {
      await this.#oneByOne();
      if (hand.ended.length === 0) return 0;
    }
    for (const attempt of [...hand.ended]) if (++attempt.tries >= JOB_RECORD_TRIES) this.#giveUp(attempt, e);
    const wait = FIRST_WAIT_MS * 2 ** Math.min(this.#failures, MAX_DOUBLINGS);
    return Math.min(JOB_RECORD_WAIT_MS, wait) * (0.5 + random.next() / 2);
  }

  /** One ending that the database refuses must not keep the others from being recorded. */
  async #oneByOne(): Promise<void> {
    const { hand } = this.#p;
    for (const attempt of hand.ended.splice(0)) {
      let refused = await this.#tryOne(attempt);
      if (refused !== undefined && !isTransient(refused)) {
        attempt.ending &&= {
          to: 'failed',
          kind: 'fatal',
          error: `queue.not-recorded: ${errorText(refused)}`,
        };
        attempt.error = refused;
        refused = await this.#tryOne(attempt);
      }
      if (refused !== undefined) hand.ended.push(attempt);
    }
  }

  /** Undefined when it is recorded, or else what was thrown. */
  async #tryOne(attempt: Attempt<App>): Promise<unknown> {
    const { db, clock } = this.#p;
    const settlements = attempt.ending ? [settlementOf(attempt.job, attempt.ending)] : [];
    try {
      const lost = await db.write((tx) => settle(tx, settlements, clock.now()));
      this.report(attempt, lost.size > 0);
      return undefined;
    } catch (e) {
      return e ?? new Error('unknown');
    }
  }

  /** Its heartbeats end, so a sweep will find it and let it run again. */
  #giveUp(attempt: Attempt<App>, e: unknown): void {
    const { hand, log } = this.#p;
    hand.ended.splice(hand.ended.indexOf(attempt), 1);
    log.error(
      { job: attempt.job.id, type: attempt.job.type, error: errorText(e) },
      'the end of a job could not be recorded; it will be found and run again',
    );
  }
}

const isTransient = (e: unknown): boolean => e instanceof AppError && e.kind === 'transient';

const settlementOf = ({ id, token }: ClaimedJob, ending: Settlement['ending']): Settlement => ({
  id,
  token,
  ending,
});
