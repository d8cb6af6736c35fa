import { z } from 'zod';
import type { Account } from '#accounts/account.ts';
import type { Backfill } from '#accounts/intake.ts';
import { lockAccount, mergeAccountState } from '#accounts/store.ts';
import { BULK_PRIORITY, LIST_PAGE, SYNC_TURN_MS } from '#config/limits.ts';
import { FETCH_AHEAD, FIRST_SORTED, FIRST_SORTED_PRIORITY } from '#config/limits-ingest.ts';
import type { Tx } from '#db/db.ts';
import type { JobContext } from '#queue/context.ts';
import { defineJob } from '#queue/define.ts';
import { crashpoint } from '#std/crashpoint.ts';
import { isAppError } from '#std/errors.ts';
import { workAhead } from './ahead.ts';
import { type Batch, batchesOfIds } from './batches.ts';
import { KnownLabels } from './known-labels.ts';
import { askAgain } from './message.job.ts';
import type { IngestPorts } from './ports.ts';
import { type Judging, type Prepared, prepare, storeBatch, type Where } from './take-in.ts';

type Ctx = JobContext<IngestPorts>;

/**
 * Brings in the older mail of a new account, newest first, beside the sync that follows what is new. Each turn goes on at
 * the page where the last one stopped; what is known costs nothing but its listing.
 */
export const backfillJob = defineJob({
  type: 'backfill',
  title: 'Bring in older mail',
  payload: z.strictObject({ accountId: z.string() }),
  priority: BULK_PRIORITY,
  maxAttempts: 10,
  // A turn ends when its batches are there, and a provider may give them slowly.
  timeoutMs: 3_600_000,
  serialKey: (p) => `backfill:${p.accountId}`,
  singletonKey: (p) => `backfill:${p.accountId}`,
  fairKey: (p) => p.accountId,
  run: async (ctx: Ctx, p) => {
    const { account, mailbox } = await ctx.app.openMailbox(p.accountId);
    const { backfill } = account.state;
    if (!backfill || backfill.finishedAt !== null || backfill.paused) return { messages: 0 };
    const labels = await KnownLabels.of(ctx, { account, mailbox });
    const turn = new BackfillTurn(ctx, { account, mailbox }, { backfill, labels });
    const more = await turn.run();
    ctx.note({ messages: turn.taken });
    // Others go first between turns, without using up an attempt.
    return more ? ctx.snooze(ctx.app.clock.ms()) : { messages: turn.taken };
  },
});

/** A batch of a page, how many of the page's messages are done with it, and the next page where it is the last one. */
interface Step {
  batch: Batch;
  upTo: number;
  last: boolean;
  next: string | null;
}

class BackfillTurn {
  readonly #ctx: Ctx;
  readonly #where: Where;
  readonly #labels: KnownLabels;
  readonly #beganMs: number;
  readonly #doneAtStart: number;
  #at: Backfill;
  #stop = false;
  taken = 0;

  constructor(ctx: Ctx, where: Where, o: { backfill: Backfill; labels: KnownLabels }) {
    this.#ctx = ctx;
    this.#where = where;
    this.#labels = o.labels;
    this.#at = o.backfill;
    this.#beganMs = ctx.app.clock.ms();
    this.#doneAtStart = o.backfill.before;
  }

  /** Returns whether there is more to do. */
  async run(): Promise<boolean> {
    try {
      await workAhead(this.#steps(), {
        depth: FETCH_AHEAD,
        begin: ({ batch }) =>
          prepare(this.#ctx.app, { ...this.#where, lane: 'bulk', attempt: this.#ctx.attempt }, batch),
        finish: async (prepared, step) => {
          await this.#store(prepared, step);
          if (prepared.stopped) throw prepared.stopped.by;
        },
      });
    } catch (e) {
      if (!isAppError(e, 'mail.page-expired') || this.#at.page === null) throw e;
      await this.#startOver();
    }
    return !this.#stop && this.#at.finishedAt === null;
  }

  async *#steps(): AsyncGenerator<Step> {
    const { signal } = this.#ctx;
    const { account, mailbox } = this.#where;
    const { since } = account.state;
    let page = this.#at.page;
    for (;;) {
      signal.throwIfAborted();
      const listed = await mailbox.list(page, LIST_PAGE, { lane: 'bulk', ...(since ? { since } : {}) });
      if (listed.total !== undefined) this.#at = { ...this.#at, total: listed.total };
      const batches = batchesOfIds(listed.ids);
      let upTo = 0;
      for (const [i, batch] of batches.entries()) {
        // What is left of a page is listed again, which costs less than to make others wait for it.
        if (this.#stop || this.#isOver()) return;
        upTo += batch.ids.length;
        yield { batch, upTo, last: i === batches.length - 1, next: listed.next };
      }
      page = listed.next;
      if (page === null || this.#isOver()) return;
    }
  }

  #isOver(): boolean {
    return this.#ctx.app.clock.ms() - this.#beganMs > SYNC_TURN_MS;
  }

  async #store(prepared: Prepared, step: Step): Promise<void> {
    if (this.#stop) return;
    const { app } = this.#ctx;
    const { account } = this.#where;
    crashpoint('backfill.fetched');
    const { stored, at } = await this.#ctx.write(async (tx) => {
      const now = app.clock.now();
      const judging = this.#judging();
      const stored = await storeBatch(app, tx, { account, judging, prepared, now });
      crashpoint('backfill.stored');
      await askAgain(this.#ctx, tx, { accountId: account.id, prepared });
      await this.#labels.lookFor(tx, prepared);
      if (prepared.stopped) return { stored, at: this.#at };
      const at = await keep(tx, { account, at: this.#after(step, stored), now });
      return { stored, at };
    });
    crashpoint('backfill.committed');
    this.taken += stored;
    this.#at = at;
    if (at.paused) this.#stop = true;
  }

  /** Where it stands once this step is stored. */
  #after({ upTo, last, next }: Step, stored: number): Backfill {
    const { clock } = this.#ctx.app;
    const done = this.#at.before + upTo;
    const seconds = (clock.ms() - this.#beganMs) / 1000;
    return {
      ...this.#at,
      ...(last ? { page: next, before: done } : {}),
      finishedAt: last && next === null ? clock.now() : null,
      done,
      taken: this.#at.taken + stored,
      total: this.#at.total === null ? null : Math.max(this.#at.total, done),
      perSecond: seconds > 0 ? (done - this.#doneAtStart) / seconds : this.#at.perSecond,
    };
  }

  /** The newest messages of a new account are decided before all the rest: they are what its owner looks at first. */
  #judging(): Judging {
    const { taken } = this.#at;
    return {
      notJudged: this.#labels.notJudged,
      isLive: () => false,
      priority: (place) => (taken + place < FIRST_SORTED ? FIRST_SORTED_PRIORITY : BULK_PRIORITY),
    };
  }

  /** The provider has forgotten the page: what was brought in is known, so beginning again costs little. */
  async #startOver(): Promise<void> {
    const at: Backfill = { ...this.#at, page: null, before: 0, done: 0 };
    this.#at = await this.#ctx.write((tx) =>
      keep(tx, { account: this.#where.account, at, now: this.#ctx.app.clock.now() }),
    );
  }
}

/** Stores how far it has come; whether it is paused is for others to say. */
const keep = async (
  tx: Tx,
  { account, at, now }: { account: Account; at: Backfill; now: Backfill['startedAt'] },
): Promise<Backfill> => {
  const current = await lockAccount(tx, account.id);
  const backfill = { ...at, paused: current?.state.backfill?.paused ?? false };
  await mergeAccountState(tx, { id: account.id, part: { backfill }, now });
  return backfill;
};
