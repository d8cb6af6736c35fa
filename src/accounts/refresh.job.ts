import { z } from 'zod';
import { TOKEN_RENEW_MS } from '#config/limits-sign-in.ts';
import type { JobContext } from '#queue/context.ts';
import { defineJob } from '#queue/define.ts';
import { toInstant } from '#std/time.ts';
import { isRemoved, waitsForAccount } from './account.ts';
import { deleteSignInsBefore } from './credential-store.ts';
import type { SignInPorts } from './sign-in.ts';
import { findAnyAccount, listAccounts } from './store.ts';

interface Ports {
  signIns: SignInPorts;
}

/** Renews the access token of one account before it ends, so that no work has to wait for that. */
export const refreshTokenJob = defineJob({
  type: 'token.refresh',
  title: 'Renew a sign-in',
  payload: z.strictObject({ accountId: z.string() }),
  keepCompleted: false,
  serialKey: (p) => `token.refresh:${p.accountId}`,
  singletonKey: (p) => `token.refresh:${p.accountId}`,
  run: async (ctx: JobContext<Ports>, { accountId }) => {
    const { db, tokens } = ctx.app.signIns;
    const account = await findAnyAccount(db, accountId);
    if (account?.status !== 'active' || isRemoved(account)) return;
    await tokens.accessToken(account, { goodForMs: TOKEN_RENEW_MS });
  },
});

/**
 * Finds the sign-ins that end soon. Beside that it wakes what waits for accounts that work, which may have begun to wait in
 * the moment in which its account came back, and forgets sign-ins that nobody ended.
 */
export const lookAtTokensJob = defineJob({
  type: 'token.look',
  title: 'Look for sign-ins that end soon',
  payload: z.strictObject({}),
  keepCompleted: false,
  singletonKey: () => 'token.look',
  run: async (ctx: JobContext<Ports>) => {
    const { db, clock, queue } = ctx.app.signIns;
    const soon = toInstant(clock.ms() + TOKEN_RENEW_MS);
    let renewed = 0;
    for (const account of await listAccounts(db)) {
      if (account.status !== 'active' || isRemoved(account)) continue;
      await queue.wake(waitsForAccount(account.id));
      const endsAt = account.state.signIn?.tokenEndsAt;
      if (endsAt === undefined || endsAt > soon) continue;
      await ctx.enqueue(refreshTokenJob, { accountId: account.id }, { userId: account.userId });
      renewed++;
    }
    await db.write((tx) => deleteSignInsBefore(tx, clock.now()));
    ctx.note({ renewed });
  },
});
