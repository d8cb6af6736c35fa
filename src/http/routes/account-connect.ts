import { isAbsolute } from 'node:path';
import { z } from 'zod';
import { getAccount } from '#accounts/store.ts';
import { defineRoute } from '#http/route.ts';
import { accountShape, healthShape } from '#http/shapes/account.ts';
import { byId, id } from '#http/shapes/base.ts';
import { accountView } from '#http/views/account-view.ts';
import { isOwner, requester } from '#http/who.ts';
import { connectMailbox, renewSecrets } from '#ingest/connect.ts';
import { startImport } from '#ingest/start-import.ts';
import { imapSettingsSchema, settingsFor } from '#mail/providers/imap/settings.ts';
import { AppError } from '#std/errors.ts';

const address = z
  .string()
  .trim()
  .max(320)
  .regex(/^[^\s@]+@[^\s@]+$/, 'must be an e-mail address');
const password = z.string().min(1).max(1_000).describe('Stored encrypted, and never told again.');
const { imap: imapServer, smtp: smtpServer, username } = imapSettingsSchema.shape;
const test = z.boolean().default(true).describe('false: stored without a try.');

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

const guessRoute = defineRoute({
  method: 'GET',
  path: '/api/accounts/imap/settings',
  access: 'read',
  summary: 'The servers that an address most likely has. Nothing is asked of anybody.',
  query: z.strictObject({ email: address }),
  output: z
    .strictObject({
      known: z.boolean().describe('false: the names are a guess.'),
      hint: z.string().nullable().describe('What the provider wants of a mail program.'),
      imap: imapServer,
      smtp: smtpServer,
      username,
    })
    .meta({ id: 'ImapGuess' }),
  handle: async ({ query }) => {
    const { settings, known, hint } = settingsFor(query.email);
    const { imap, smtp, username: user } = settings;
    return { known, hint, imap, smtp, username: user };
  },
});

const connectedShape = z.strictObject({
  account: accountShape,
  health: healthShape.nullable().describe('null when it was not tried.'),
});

const imapRoute = defineRoute({
  method: 'POST',
  path: '/api/accounts/imap',
  access: 'admin',
  summary: 'Connect an IMAP mailbox. It is tried before anything is stored.',
  status: 201,
  body: z.strictObject({
    email: address,
    displayName: z.string().trim().max(200).default(''),
    password,
    username: username
      .optional()
      .describe('The address, or what its provider is known to want, when left out.'),
    imap: imapServer.optional().describe('The server that the address most likely has, when left out.'),
    smtp: smtpServer.optional().describe('The same; null for an account that does not send.'),
    test,
  }),
  output: connectedShape,
  handle: async ({ app, who, body }) => {
    const guess = settingsFor(body.email).settings;
    const config = {
      ...guess,
      imap: body.imap ?? guess.imap,
      smtp: body.smtp === undefined ? guess.smtp : body.smtp,
      username: body.username ?? guess.username,
    };
    const { account, health } = await connectMailbox(app, {
      userId: who.userId,
      provider: 'imap',
      email: body.email,
      displayName: body.displayName,
      config,
      secrets: { password: body.password },
      test: body.test,
      by: requester(who),
    });
    app.live.tell('accounts', 'jobs');
    return { account: await accountView(app, account), health };
  },
});

const passwordRoute = defineRoute({
  method: 'POST',
  path: '/api/accounts/{id}/password',
  access: 'admin',
  summary: 'Give an IMAP account another password or other servers, and have it go on where it stopped.',
  params: byId,
  body: z.strictObject({
    password,
    username: username.optional(),
    imap: imapServer.optional(),
    smtp: smtpServer.optional(),
    test,
  }),
  output: connectedShape,
  handle: async ({ app, who, params, body }) => {
    const before = await getAccount(app.db, who.userId, params.id);
    if (before.provider !== 'imap') {
      throw new AppError(
        'input',
        'accounts.no-password',
        'This account is not signed in to with a password',
        {
          help: 'Sign in again instead.',
        },
      );
    }
    const { password: secret, test: tried, ...given } = body;
    const { account, health } = await renewSecrets(app, {
      userId: who.userId,
      accountId: before.id,
      secrets: { password: secret },
      config: { ...(before.config as object), ...given },
      test: tried,
      by: requester(who),
    });
    app.live.tell('accounts', 'jobs');
    return { account: await accountView(app, account), health };
  },
});

export const accountConnectRoutes = [importRoute, guessRoute, imapRoute, passwordRoute];
