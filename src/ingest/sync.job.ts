import { z } from 'zod';
import type { Account } from '#accounts/account.ts';
import { mergeAccountState, moveCursor } from '#accounts/store.ts';
import { CHANGES_PAGE, FETCH_MESSAGES, SYNC_TURN_MS } from '#config/limits.ts';
import { FETCH_AHEAD, FETCH_FIRST, SYNC_NOTE_MS } from '#config/limits-ingest.ts';
import type { JobContext } from '#queue/context.ts';
import { defineJob } from '#queue/define.ts';
import { crashpoint } from '#std/crashpoint.ts';
import { AppError } from '#std/errors.ts';
import { toMs } from '#std/time.ts';
import { workAhead } from './ahead.ts';
import { type Batch, batchesOf } from './batches.ts';
import { beginAccount } from './begin-account.ts';
import { catchUp } from './catch-up.ts';
import { openGap } from './gap.ts';
import { judgingLive, KnownLabels } from './known-labels.ts';
import { askAgain } from './message.job.ts';
import type { IngestPorts } from './ports.ts';
import { type Prepared, prepare, storeBatch, type Where } from './take-in.ts';

type Ctx = JobContext<IngestPorts>;

/** Takes in what changed in one mailbox since its cursor: see "One email" in docs/architecture.md. */
export const syncJob = defineJob({
  type: 'sync',
  payload: z.strictObject({
    accountId: z.string(),
    /** The cursor that a watch told of, where that is what this is about; the account keeps the furthest one. */
    told: z.string().optional(),
  }),
  serialKey: (p) => `sync:${p.accountId}`,
  // A hint may find that there is nothing to do: whoever wants the mailbox looked at all the same is not merged with it.
  singletonKey: (p) => (p.told === undefined ? `sync:${p.accountId}` : `sync:${p.accountId}:told`),
  run: async (ctx: Ctx, p) => {
    const { account, mailbox } = await ctx.app.openMailbox(p.accountId);
    const { syncCursor } = account;
    const told = account.state.told ?? p.told;
    if (p.told !== undefined && told !== undefined && syncCursor !== null) {
      if (mailbox.hasReached(syncCursor, p.told) && mailbox.hasReached(syncCursor, told)) {
        return { messages: 0 };
      }
    }
    const begun = await beginAccount(ctx, { account, mailbox });
    const where = { account: begun, mailbox };
    const turn = new SyncTurn(ctx, where, await KnownLabels.of(ctx, where));
    const { messages, more } = await turn.run();
    ctx.note({ messages });
    // A long backlog gives way to others between turns, without using up an attempt.
    return more ? ctx.snooze(ctx.app.clock.ms()) : { messages };
  },
});

/** A batch with the cursor that may be stored with it: only the last one of a page has it. */
interface Step {
  batch: Batch;
  cursor: string | null;
}

class SyncTurn {
  readonly #ctx: Ctx;
  readonly #where: Where;
  readonly #labels: KnownLabels;
  #stored: string | null;
  #messages = 0;
  #more = false;
  #moved = false;

  constructor(ctx: Ctx, where: Where, labels: KnownLabels) {
    this.#ctx = ctx;
    this.#where = where;
    this.#labels = labels;
    this.#stored = where.account.syncCursor;
  }

  async run(): Promise<{ messages: number; more: boolean }> {
    let expired = false;
    await workAhead(
      this.#steps(() => (expired = true)),
      {
        depth: FETCH_AHEAD,
        begin: ({ batch }) => prepare(this.#ctx.app, { ...this.#where, attempt: this.#ctx.attempt }, batch),
        finish: async (prepared, { cursor }) => {
          await this.#store(prepared, prepared.stopped ? null : cursor);
          if (prepared.stopped) throw prepared.stopped.by;
        },
      },
    );
    if (expired) await openGap(this.#ctx, { ...this.#where, from: this.#stored });
    else if (!this.#moved) await noteLook(this.#ctx, this.#where.account);
    return { messages: this.#messages, more: this.#more };
  }

  async *#steps(onExpired: () => void): AsyncGenerator<Step> {
    const { app, signal } = this.#ctx;
    const { account, mailbox } = this.#where;
    const endMs = app.clock.ms() + SYNC_TURN_MS;
    let cursor = this.#stored;
    for (;;) {
      signal.throwIfAborted();
      const page = await mailbox.changes(cursor, CHANGES_PAGE);
      if ('expired' in page || wentBack(this.#where, cursor, page.cursor)) return onExpired();
      const { changes, onlyOurs } = await catchUp(app, account, page.changes);
      // A mailbox elsewhere may give them slowly: the first of many are soon there.
      const first = mailbox.can.wholeHistory ? FETCH_MESSAGES : FETCH_FIRST;
      const batches = batchesOf(changes, onlyOurs, first);
      for (const [i, batch] of batches.entries()) {
        yield { batch, cursor: i === batches.length - 1 ? page.cursor : null };
      }
      cursor = page.cursor;
      if (!page.more) return;
      if (app.clock.ms() > endMs) {
        this.#more = true;
        return;
      }
    }
  }

  async #store(prepared: Prepared, cursor: string | null): Promise<void> {
    const { app } = this.#ctx;
    const { account } = this.#where;
    crashpoint('sync.fetched');
    if (prepared.batch.ids.length === 0 && prepared.batch.others.length === 0 && cursor === this.#stored)
      return;
    const messages = await this.#ctx.write(async (tx) => {
      const now = app.clock.now();
      crashpoint('sync.storing');
      const judging = judgingLive(account, this.#labels.notJudged, toMs(now));
      const stored = await storeBatch(app, tx, { account, judging, prepared, now });
      crashpoint('sync.stored');
      await askAgain(this.#ctx, tx, { accountId: account.id, prepared });
      await this.#labels.lookFor(tx, prepared);
      if (cursor !== null && cursor !== this.#stored) {
        const moved = await moveCursor(tx, { id: account.id, from: this.#stored, to: cursor, now });
        if (!moved) throw new AppError('conflict', 'ingest.cursor-moved', 'Another sync moved the cursor');
        await mergeAccountState(tx, { id: account.id, part: { lastSyncAt: now }, now });
      }
      return stored;
    });
    crashpoint('sync.committed');
    if (cursor !== null) {
      this.#moved ||= cursor !== this.#stored;
      this.#stored = cursor;
    }
    this.#messages += messages;
  }
}

/** A mailbox that was put back to an earlier state tells nothing of what we know and it does not. */
const wentBack = ({ mailbox }: Where, stored: string | null, told: string): boolean =>
  stored !== null && told !== stored && !mailbox.hasReached(told, stored);

/** Says now and then that the mailbox answered, though it had nothing new. */
const noteLook = async (ctx: Ctx, { id, state }: Account): Promise<void> => {
  const { clock } = ctx.app;
  const { lastSyncAt } = state;
  if (lastSyncAt !== undefined && clock.ms() - toMs(lastSyncAt) < SYNC_NOTE_MS) return;
  const now = clock.now();
  await ctx.write((tx) => mergeAccountState(tx, { id, part: { lastSyncAt: now }, now }));
};
