import { z } from 'zod';
import type { Account, Removal } from '#accounts/account.ts';
import { deleteAccount, deleteSignIn } from '#accounts/removal-store.ts';
import { findAnyAccount, mergeAccountState } from '#accounts/store.ts';
import { REMOVE_MESSAGES, REMOVE_MS, REMOVE_ROWS } from '#config/limits-accounts.ts';
import { eraseLedger, eraseMessages, eraseSenders, hasMail, messagesToErase } from '#mail/erase-store.ts';
import type { JobContext } from '#queue/context.ts';
import { defineJob } from '#queue/define.ts';
import { crashpoint } from '#std/crashpoint.ts';
import { endActions, endDeciding, endJobs } from './end-waiting.ts';
import type { RemovalPorts } from './removal-ports.ts';

type Ctx = JobContext<RemovalPorts>;

/**
 * Removes an account after its owner said so: gives back the sign-in, ends what waits, and where its mail is to go deletes
 * that in small transactions, so that nothing else waits for it, and the account itself last. Run again, it goes on.
 */
export const removeJob = defineJob({
  type: 'account.remove',
  title: 'Remove an account',
  payload: z.strictObject({ accountId: z.string(), mail: z.enum(['keep', 'delete']) }),
  // Never beside a sync of the account, which would bring in mail behind it.
  serialKey: (p) => `sync:${p.accountId}`,
  timeoutMs: REMOVE_MS,
  run: async (ctx: Ctx, p) => {
    const { app } = ctx;
    const account = await findAnyAccount(app.db, p.accountId);
    const removal = account?.state.removal;
    // Gone already, or connected again before this came to it.
    if (!account || removal?.mail !== p.mail || removal.finishedAt !== null) return { messages: 0 };
    await signOut(ctx, account);
    const ending = {
      userId: account.userId,
      accountId: account.id,
      jobId: ctx.jobId,
      write: ctx.write.bind(ctx) as Ctx['write'],
    };
    ctx.note({ jobs: await endJobs(app, ending) });
    if (p.mail === 'keep') {
      await endActions(app, ending);
      await endDeciding(app, ending);
      await note(ctx, account, { ...removal, finishedAt: app.clock.now() });
      return { messages: 0 };
    }
    const messages = await eraseMail(ctx, account, removal);
    await eraseRest(ctx, account);
    await ctx.write((tx) => deleteAccount(tx, account.id));
    crashpoint('remove.deleted');
    return { messages };
  },
});

/** What the provider makes of it must not keep the account here: without its credentials it can do nothing more. */
const signOut = async (ctx: Ctx, account: Account): Promise<void> => {
  const { app } = ctx;
  await app.providers.find((p) => p.kind === account.provider)?.forget(account.id);
  const told = await app.signOut(account.id).then(
    () => true,
    () => false,
  );
  ctx.note({ signedOut: told });
  crashpoint('remove.signed-out');
  await ctx.write((tx) => deleteSignIn(tx, account.id));
};

const note = (ctx: Ctx, account: Account, removal: Removal): Promise<void> =>
  ctx.write((tx) => mergeAccountState(tx, { id: account.id, part: { removal }, now: ctx.app.clock.now() }));

const eraseMail = async (ctx: Ctx, account: Account, removal: Removal): Promise<number> => {
  const { app, signal } = ctx;
  const { id: accountId } = account;
  let done = removal.done;
  for (;;) {
    signal.throwIfAborted();
    const found = await messagesToErase(app.db, { accountId, limit: REMOVE_MESSAGES });
    if (found.length === 0) return done;
    done += found.length;
    await ctx.write(async (tx) => {
      await app.forgetMail(
        tx,
        found.map((m) => m.id),
      );
      await eraseMessages(tx, found);
      const total = Math.max(removal.total, done);
      const part = { removal: { ...removal, done, total } };
      await mergeAccountState(tx, { id: accountId, part, now: app.clock.now() });
    });
    crashpoint('remove.erased');
    await ctx.heartbeat();
  }
};

const eraseRest = async (ctx: Ctx, { id: accountId, userId }: Account): Promise<void> => {
  const { app, signal } = ctx;
  for (let gone = 1; gone > 0; ) {
    signal.throwIfAborted();
    gone = await ctx.write((tx) => eraseLedger(tx, { accountId, limit: REMOVE_ROWS }));
  }
  const keepKnown = await hasMail(app.db, userId);
  for (let after: string | null = ''; after !== null; ) {
    signal.throwIfAborted();
    const from: string = after;
    after = await ctx.write((tx) => eraseSenders(tx, { userId, after: from, keepKnown, limit: REMOVE_ROWS }));
  }
  for (let after: string | null = ''; after !== null; ) {
    signal.throwIfAborted();
    const from: string = after;
    after = await ctx.write((tx) => app.forgetGone(tx, { userId, after: from }));
  }
};
