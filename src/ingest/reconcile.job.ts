import { z } from 'zod';
import { findAnyAccount, lockAccount, mergeAccountState } from '#accounts/store.ts';
import { endEpoch } from '#actions/epoch-store.ts';
import { BULK_PRIORITY, LIST_PAGE } from '#config/limits.ts';
import { FETCH_AHEAD, GONE_BATCH, LATE_MAIL_MS, SURVEY_RACE_TRIES } from '#config/limits-ingest.ts';
import { knownInLedger } from '#mail/ledger-store.ts';
import { isAsKnown, lockHandlesByProviderId, markGone, setMailState } from '#mail/message-store.ts';
import type { Surveyed } from '#mail/port.ts';
import { lastSeq, presentBefore } from '#mail/present-store.ts';
import type { JobContext } from '#queue/context.ts';
import { defineJob } from '#queue/define.ts';
import { crashpoint } from '#std/crashpoint.ts';
import { toMs } from '#std/time.ts';
import { workAhead } from './ahead.ts';
import { type Batch, batchesOfIds } from './batches.ts';
import { KnownLabels } from './known-labels.ts';
import { askAgain } from './message.job.ts';
import type { IngestPorts } from './ports.ts';
import { type Judging, prepare, storeBatch, type Where } from './take-in.ts';

type Ctx = JobContext<IngestPorts>;

/**
 * Closes a gap that the provider can no longer tell us about: compares the whole mailbox, back to the account's start, with
 * what we have. What is unknown is taken in, what changed is taken in, what is no longer there is marked gone; known mail
 * is not judged again. Killed half way it begins again, and finds most of it done.
 */
export const reconcileJob = defineJob({
  type: 'reconcile',
  title: 'Compare a mailbox with what is known of it',
  // The occasion names the gap, so that a second one is never taken for the first.
  payload: z.strictObject({ accountId: z.string(), occasion: z.string() }),
  serialKey: (p) => `reconcile:${p.accountId}`,
  singletonKey: (p) => `reconcile:${p.accountId}:${p.occasion}`,
  timeoutMs: 6 * 3_600_000,
  run: async (ctx: Ctx, p) => {
    const { account, mailbox } = await ctx.app.openMailbox(p.accountId);
    if (account.state.gap?.occasion !== p.occasion) return { messages: 0 };
    const reconcile = new Reconcile(
      ctx,
      { account, mailbox },
      await KnownLabels.of(ctx, { account, mailbox }),
    );
    const messages = await reconcile.run();
    await closeGap(ctx, p);
    crashpoint('reconcile.closed');
    return { messages };
  },
});

const closeGap = (ctx: Ctx, p: { accountId: string; occasion: string }): Promise<void> =>
  ctx.write(async (tx) => {
    const account = await lockAccount(tx, p.accountId);
    // Another gap that opened meanwhile has a job of its own.
    if (account?.state.gap?.occasion !== p.occasion) return;
    await mergeAccountState(tx, { id: p.accountId, part: { gap: null }, now: ctx.app.clock.now() });
    await endEpoch(tx, p.accountId);
  });

class Reconcile {
  readonly #ctx: Ctx;
  readonly #where: Where;
  readonly #labels: KnownLabels;
  #messages = 0;

  constructor(ctx: Ctx, where: Where, labels: KnownLabels) {
    this.#ctx = ctx;
    this.#where = where;
    this.#labels = labels;
  }

  async run(): Promise<number> {
    const { app } = this.#ctx;
    const { account } = this.#where;
    const upTo = await lastSeq(app.db);
    const seen = new Set<string>();
    await workAhead(this.#unknown(seen), {
      depth: FETCH_AHEAD,
      begin: (batch) => prepare(app, { ...this.#where, lane: 'bulk', attempt: this.#ctx.attempt }, batch),
      finish: async (prepared) => {
        crashpoint('reconcile.fetched');
        this.#messages += await this.#ctx.write(async (tx) => {
          const stored = await storeBatch(app, tx, {
            account,
            judging: this.#judging(),
            prepared,
            now: app.clock.now(),
          });
          await askAgain(this.#ctx, tx, { accountId: account.id, prepared });
          await this.#labels.lookFor(tx, prepared);
          return stored;
        });
        crashpoint('reconcile.stored');
        if (prepared.stopped) throw prepared.stopped.by;
      },
    });
    // Only now, when the survey has come to its end without an error, is what it did not show in doubt.
    await this.#markGone({ seen, upTo });
    return this.#messages;
  }

  /** Goes through the survey: compares what is known, and yields what is not. */
  async *#unknown(seen: Set<string>): AsyncGenerator<Batch> {
    const { app, signal } = this.#ctx;
    const { account, mailbox } = this.#where;
    // A mailbox may read the states of all pages before it shows the first.
    const cursor = await this.#cursor();
    for await (const page of mailbox.survey(account.state.since ?? null, LIST_PAGE, { lane: 'bulk' })) {
      signal.throwIfAborted();
      for (const { id } of page) seen.add(id);
      const ids = page.map(({ id }) => id);
      const { stored } = await knownInLedger(app.db, account.id, ids);
      await this.#compare(
        page.filter(({ id }) => stored.has(id)),
        cursor,
      );
      for (const batch of batchesOfIds(ids.filter((id) => !stored.has(id)))) {
        if (batch.ids.length > 0) yield batch;
      }
      crashpoint('reconcile.compared');
      await this.#ctx.heartbeat();
    }
  }

  async #cursor(): Promise<string | null> {
    return (await findAnyAccount(this.#ctx.app.db, this.#where.account.id))?.syncCursor ?? null;
  }

  /**
   * Takes in the state of known messages. When a sync moved the cursor since the survey began, it may know better than the
   * page, so those that differ are asked for anew, one by one, since nothing may change between asking and taking in.
   */
  async #compare(page: readonly Surveyed[], cursor: string | null): Promise<void> {
    for (const { id } of await this.#takeIn(page, cursor)) {
      this.#ctx.signal.throwIfAborted();
      for (let tries = 0, left = 1; left > 0 && tries < SURVEY_RACE_TRIES; tries++) {
        const from = await this.#cursor();
        const state = await this.#where.mailbox.state(id);
        left = state ? (await this.#takeIn([{ id, state }], from)).length : 0;
      }
    }
  }

  /** Returns those that differ and could not be taken in. */
  #takeIn(page: readonly Surveyed[], cursor: string | null): Promise<Surveyed[]> {
    const { id } = this.#where.account;
    return this.#ctx.write(async (tx) => {
      const account = await lockAccount(tx, id);
      const handles = await lockHandlesByProviderId(
        tx,
        id,
        page.map((one) => one.id),
      );
      const differ = page.filter((one) => {
        const handle = handles.get(one.id);
        return handle !== undefined && !isAsKnown(handle, one.state);
      });
      if (account?.syncCursor !== cursor) return differ;
      for (const one of differ) {
        const handle = handles.get(one.id);
        if (handle) await setMailState(tx, handle, one.state);
      }
      return [];
    });
  }

  /** Of what we had when the survey began, all that it did not show is asked for by itself before it counts as gone. */
  async #markGone({ seen, upTo }: { seen: ReadonlySet<string>; upTo: number }): Promise<void> {
    const { app, signal } = this.#ctx;
    const { account, mailbox } = this.#where;
    const from = { accountId: account.id, since: account.state.since ?? null, upTo };
    for await (const ids of presentBefore(app.db, from)) {
      const missing = ids.filter((id) => !seen.has(id));
      for (let i = 0; i < missing.length; i += GONE_BATCH) {
        signal.throwIfAborted();
        const gone: string[] = [];
        for (const id of missing.slice(i, i + GONE_BATCH)) {
          if ((await mailbox.state(id)) === null) gone.push(id);
        }
        await this.#ctx.write(async (tx) => {
          for (const handle of (await lockHandlesByProviderId(tx, account.id, gone)).values()) {
            await markGone(tx, handle, app.clock.now());
          }
        });
        crashpoint('reconcile.gone');
      }
    }
  }

  /** Mail that came long ago was missed long ago: nobody waits for it now. */
  #judging(): Judging {
    const nowMs = this.#ctx.app.clock.ms();
    const isLive = ({ internalDate }: { internalDate: Parameters<typeof toMs>[0] }) =>
      nowMs - toMs(internalDate) < LATE_MAIL_MS;
    return { notJudged: this.#labels.notJudged, isLive, priority: () => BULK_PRIORITY };
  }
}
