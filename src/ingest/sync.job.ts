import { z } from 'zod';
import type { Account } from '#accounts/account.ts';
import { mergeAccountState, moveCursor } from '#accounts/store.ts';
import { CHANGES_PAGE, SYNC_TURN_MS } from '#config/limits.ts';
import { syncLabels } from '#mail/label-store.ts';
import type { Mailbox, RemoteLabel } from '#mail/port.ts';
import type { JobContext } from '#queue/context.ts';
import { defineJob } from '#queue/define.ts';
import { crashpoint } from '#std/crashpoint.ts';
import { AppError } from '#std/errors.ts';
import type { IngestPorts } from './ports.ts';
import { reconcileJob } from './reconcile.job.ts';
import { batchesOf, type Prepared, prepare, storeBatch } from './take-in.ts';

/** Takes in what changed in one mailbox since its cursor: see "One email" in docs/architecture.md. */
export const syncJob = defineJob({
  type: 'sync',
  payload: z.strictObject({ accountId: z.string() }),
  serialKey: (p) => `sync:${p.accountId}`,
  singletonKey: (p) => `sync:${p.accountId}`,
  run: async (ctx: JobContext<IngestPorts>, p) => {
    const { account, mailbox } = await ctx.app.openMailbox(p.accountId);
    const remote = await mailbox.labels();
    await ctx.write((tx) =>
      syncLabels(tx, {
        userId: account.userId,
        accountId: account.id,
        remote,
        newId: ctx.app.newId,
        now: ctx.app.clock.now(),
      }),
    );
    const turn = new SyncTurn(ctx, { account, mailbox, notJudged: notJudged(remote) });
    const { messages, more, expired } = await turn.run();
    ctx.note({ messages });
    if (expired)
      await ctx.enqueue(reconcileJob, { accountId: account.id, occasion: account.syncCursor ?? '' });
    // A long backlog gives way to others between turns, without using up an attempt.
    return more ? ctx.snooze(ctx.app.clock.ms()) : { messages };
  },
});

export const notJudged = (remote: readonly RemoteLabel[]): Set<string> =>
  new Set(remote.filter((l) => ['sent', 'drafts', 'spam', 'trash'].includes(l.role ?? '')).map((l) => l.id));

interface Where {
  account: Account;
  mailbox: Mailbox;
  notJudged: Set<string>;
}

/** A batch with the cursor that may be stored with it: only the last one of a page has it. */
interface Step {
  prepared: Promise<Prepared>;
  cursor: string | null;
}

class SyncTurn {
  readonly #ctx: JobContext<IngestPorts>;
  readonly #where: Where;
  #stored: string | null;
  #messages = 0;
  #expired = false;
  #more = false;

  constructor(ctx: JobContext<IngestPorts>, where: Where) {
    this.#ctx = ctx;
    this.#where = where;
    this.#stored = where.account.syncCursor;
  }

  /** Stores one batch while the next is fetched and parsed. */
  async run(): Promise<{ messages: number; more: boolean; expired: boolean }> {
    let ahead: Step | undefined;
    try {
      for await (const step of this.#steps()) {
        // Awaited when its turn comes; a failure before that is not unhandled.
        step.prepared.catch(() => {});
        if (ahead) await this.#store(ahead);
        ahead = step;
      }
      if (ahead) await this.#store(ahead);
    } finally {
      await ahead?.prepared.catch(() => {});
    }
    return { messages: this.#messages, more: this.#more, expired: this.#expired };
  }

  async *#steps(): AsyncGenerator<Step> {
    const { app, signal } = this.#ctx;
    const endMs = app.clock.ms() + SYNC_TURN_MS;
    let cursor = this.#stored;
    for (;;) {
      signal.throwIfAborted();
      const page = await this.#where.mailbox.changes(cursor, CHANGES_PAGE);
      if ('expired' in page) {
        this.#expired = true;
        return;
      }
      const batches = batchesOf(page.changes);
      for (const [i, batch] of batches.entries()) {
        const last = i === batches.length - 1;
        yield { prepared: prepare(app, this.#where, batch), cursor: last ? page.cursor : null };
      }
      cursor = page.cursor;
      if (!page.more) return;
      if (app.clock.ms() > endMs) {
        this.#more = true;
        return;
      }
    }
  }

  async #store(step: Step): Promise<void> {
    const { app } = this.#ctx;
    const prepared = await step.prepared;
    crashpoint('sync.fetched');
    const { account } = this.#where;
    if (prepared.batch.ids.length === 0 && prepared.batch.others.length === 0 && step.cursor === this.#stored)
      return;
    const messages = await this.#ctx.write(async (tx) => {
      const now = app.clock.now();
      crashpoint('sync.storing');
      const stored = await storeBatch(app, tx, { context: { ...this.#where, now }, prepared });
      crashpoint('sync.stored');
      if (step.cursor !== null && step.cursor !== this.#stored) {
        const moved = await moveCursor(tx, { id: account.id, from: this.#stored, to: step.cursor, now });
        if (!moved) throw new AppError('conflict', 'ingest.cursor-moved', 'Another sync moved the cursor');
        await mergeAccountState(tx, { id: account.id, part: { lastSyncAt: now }, now });
      }
      return stored;
    });
    crashpoint('sync.committed');
    if (step.cursor !== null) this.#stored = step.cursor;
    this.#messages += messages;
  }
}
