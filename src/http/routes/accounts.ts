import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { getAccount, listAccounts } from '#accounts/store.ts';
import { defineRoute } from '#http/route.ts';
import { accountShape } from '#http/shapes/account.ts';
import { byId, id, list } from '#http/shapes/base.ts';
import { accountView, accountViews } from '#http/views/account-view.ts';
import { isOwner, requester } from '#http/who.ts';
import { setPaused } from '#ingest/pause.ts';
import { startImport } from '#ingest/start-import.ts';
import { AppError } from '#std/errors.ts';

const listRoute = defineRoute({
  method: 'GET',
  path: '/api/accounts',
  access: 'read',
  summary: 'The connected mailboxes.',
  output: list(accountShape),
  handle: async ({ app, who }) => ({
    items: await accountViews(app, await listAccounts(app.db, who.userId)),
  }),
});

const getRoute = defineRoute({
  method: 'GET',
  path: '/api/accounts/{id}',
  access: 'read',
  summary: 'One mailbox.',
  params: byId,
  output: accountShape,
  handle: async ({ app, who, params }) => accountView(app, await getAccount(app.db, who.userId, params.id)),
});

const importRoute = defineRoute({
  method: 'POST',
  path: '/api/accounts/import',
  access: 'admin',
  summary: "Take in a mail archive that lies on the server's machine.",
  status: 202,
  body: z.strictObject({
    path: z
      .string()
      .min(1)
      .max(4_096)
      .refine(isAbsolute, 'must be a whole path, from the root')
      .describe('Of an mbox file, a Maildir, or .eml files, on the machine that Ashford runs on.'),
    name: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .optional()
      .describe("Of the account that takes it in; made when there is none. Default: the file's name."),
  }),
  output: z.strictObject({ account: accountShape, jobId: id }),
  handle: async ({ app, who, body }) => {
    if (!isOwner(app, who)) {
      throw new AppError('denied', 'access.owner-only', "Only the owner may read the machine's files", {
        help: 'Ask whoever runs this server to import it for you.',
      });
    }
    const started = await startImport(app, { userId: who.userId, ...body, by: requester(who) });
    app.live.tell('accounts', 'jobs');
    return { account: await accountView(app, started.account), jobId: started.jobId };
  },
});

const pausing = (path: string, summary: string, paused: boolean) =>
  defineRoute({
    method: 'POST',
    path,
    access: 'act',
    summary,
    params: byId,
    output: accountShape,
    handle: async ({ app, who, params }) => {
      const request = { userId: who.userId, accountId: params.id, paused, by: requester(who) };
      const account = await setPaused(app, request);
      app.live.tell('accounts');
      return accountView(app, account);
    },
  });

export const accountRoutes = [
  listRoute,
  importRoute,
  getRoute,
  pausing('/api/accounts/{id}/pause', 'Stop reading and changing a mailbox until it is resumed.', true),
  pausing('/api/accounts/{id}/resume', 'Go on with a mailbox that was paused.', false),
];
