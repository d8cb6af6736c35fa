import { z } from 'zod';
import type { Account } from '#accounts/account.ts';
import { signInOf } from '#accounts/sign-in-of.ts';
import { getAccount, listAccounts } from '#accounts/store.ts';
import { tryAccount } from '#accounts/try-account.ts';
import type { HttpPorts } from '#http/ports.ts';
import { defineRoute } from '#http/route.ts';
import { accountShape, healthShape } from '#http/shapes/account.ts';
import { byId, flagInput, id, list } from '#http/shapes/base.ts';
import { accountDetail } from '#http/views/account-figures.ts';
import { accountView, accountViews } from '#http/views/account-view.ts';
import { requester, type Who } from '#http/who.ts';
import { setBackfillPaused, setPaused } from '#ingest/pause.ts';
import { removeAccount } from '#ingest/remove.ts';
import { syncNow } from '#ingest/sync-now.ts';

const listRoute = defineRoute({
  method: 'GET',
  path: '/api/accounts',
  access: 'read',
  summary: 'The connected mailboxes.',
  query: z.strictObject({
    figures: flagInput
      .default(false)
      .describe('With the ledger and all else that the page of an account shows.'),
  }),
  output: list(accountShape),
  handle: async ({ app, who, query, services }) => {
    const accounts = await listAccounts(app.db, who.userId);
    if (!query.figures) return { items: await accountViews(app, accounts) };
    return { items: await Promise.all(accounts.map((a) => accountDetail(app, a, services.kept))) };
  },
});

const getRoute = defineRoute({
  method: 'GET',
  path: '/api/accounts/{id}',
  access: 'read',
  summary: 'One mailbox, with its ledger and figures.',
  params: byId,
  output: accountShape,
  handle: async ({ app, who, params, services }) =>
    accountDetail(app, await getAccount(app.db, who.userId, params.id), services.kept),
});

const testRoute = defineRoute({
  method: 'POST',
  path: '/api/accounts/{id}/test',
  access: 'act',
  summary: 'Sign in now and look at the mailbox. Changes nothing; the answer or the error says how it went.',
  params: byId,
  output: healthShape,
  handle: async ({ app, who, params }) =>
    tryAccount(app.providers, signInOf(app.signIns), await getAccount(app.db, who.userId, params.id)),
});

const syncRoute = defineRoute({
  method: 'POST',
  path: '/api/accounts/{id}/sync',
  access: 'act',
  summary: 'Look for new mail now.',
  status: 202,
  params: byId,
  output: z.strictObject({ jobId: id }),
  handle: async ({ app, who, params }) => {
    const jobId = await syncNow(app, { userId: who.userId, accountId: params.id });
    app.live.tell('jobs');
    return { jobId };
  },
});

const removeRoute = defineRoute({
  method: 'DELETE',
  path: '/api/accounts/{id}',
  access: 'admin',
  summary: 'Remove a mailbox from Ashford. Nothing is changed in the mailbox itself.',
  status: 202,
  params: byId,
  query: z.strictObject({
    mail: z
      .enum(['keep', 'delete'])
      .describe('Whether what is stored here of its mail stays to be read and searched.'),
  }),
  output: z.strictObject({ account: accountShape, jobId: id }),
  handle: async ({ app, who, params, query }) => {
    const request = { userId: who.userId, accountId: params.id, mail: query.mail, by: requester(who) };
    const { account, jobId } = await removeAccount(app, request);
    app.live.tell('accounts', 'jobs');
    return { account: await accountView(app, account), jobId };
  },
});

interface Change {
  path: string;
  summary: string;
  change(
    app: HttpPorts,
    request: { userId: string; accountId: string; by: ReturnType<typeof requester> },
  ): Promise<Account>;
}

const changing = ({ path, summary, change }: Change) =>
  defineRoute({
    method: 'POST',
    path,
    access: 'act',
    summary,
    params: byId,
    output: accountShape,
    handle: async ({ app, who, params }) => {
      const account = await change(app, requestOf(who, params.id));
      app.live.tell('accounts');
      return accountView(app, account);
    },
  });

const requestOf = (who: Who, accountId: string) => ({ userId: who.userId, accountId, by: requester(who) });

export const accountRoutes = [
  listRoute,
  getRoute,
  testRoute,
  syncRoute,
  removeRoute,
  changing({
    path: '/api/accounts/{id}/pause',
    summary: 'Stop reading and changing a mailbox until it is resumed.',
    change: (app, request) => setPaused(app, { ...request, paused: true }),
  }),
  changing({
    path: '/api/accounts/{id}/resume',
    summary: 'Go on with a mailbox that was paused.',
    change: (app, request) => setPaused(app, { ...request, paused: false }),
  }),
  changing({
    path: '/api/accounts/{id}/backfill/pause',
    summary: 'Bring in no older mail until it is resumed. New mail comes in all the same.',
    change: (app, request) => setBackfillPaused(app, { ...request, paused: true }),
  }),
  changing({
    path: '/api/accounts/{id}/backfill/resume',
    summary: 'Go on bringing in older mail.',
    change: (app, request) => setBackfillPaused(app, { ...request, paused: false }),
  }),
];
