import { z } from 'zod';
import { googleClient } from '#accounts/google-client.ts';
import { beginSignIn } from '#accounts/sign-in.ts';
import type { HttpPorts } from '#http/ports.ts';
import { defineRoute } from '#http/route.ts';
import { byId } from '#http/shapes/base.ts';
import { isOwner } from '#http/who.ts';
import { isAppError } from '#std/errors.ts';
import { GOOGLE_CALLBACK_PATH } from './sign-in-google.ts';

const redirectOf = (services: { url(): string }): string => `${services.url()}${GOOGLE_CALLBACK_PATH}`;

/** What is wrong with the Google client of the settings, for whoever wants to connect; null when it will do. */
const clientProblem = (app: HttpPorts, redirectUri: string): string | null => {
  try {
    googleClient(app.config, redirectUri);
    return null;
  } catch (e) {
    if (!isAppError(e)) throw e;
    return `${e.message}.`;
  }
};

const waysRoute = defineRoute({
  method: 'GET',
  path: '/api/accounts/ways',
  access: 'read',
  summary: 'Which mailboxes can be connected here, and what is missing for it.',
  output: z
    .strictObject({
      gmail: z.strictObject({
        ready: z.boolean(),
        access: z.enum(['watch_only', 'normal', 'full']).describe('What the sign-in asks Google for.'),
        redirectUri: z.string().describe('Where Google sends the browser back to.'),
        problem: z.string().nullable(),
      }),
      imap: z.boolean(),
      archive: z.boolean().describe("Whether this person may have the machine's files read."),
    })
    .meta({ id: 'ConnectWays' }),
  handle: async ({ app, who, services }) => {
    const redirectUri = redirectOf(services);
    const problem = clientProblem(app, redirectUri);
    const knows = (kind: string) => app.providers.some((p) => p.kind === kind);
    return {
      gmail: {
        ready: problem === null && knows('gmail'),
        access: app.config.gmail.access,
        redirectUri,
        problem,
      },
      imap: knows('imap'),
      archive: isOwner(app, who),
    };
  },
});

const urlShape = z.strictObject({
  url: z.string().describe('For the browser to open, within ten minutes. Google sends it back here.'),
});

const beginRoute = defineRoute({
  method: 'POST',
  path: '/api/accounts/gmail',
  access: 'admin',
  summary: 'Begin to sign in to a Gmail mailbox.',
  body: z.strictObject({}),
  output: urlShape,
  handle: async ({ app, who, services }) => {
    const redirectUri = redirectOf(services);
    const { url } = await beginSignIn(app.signIns, { userId: who.userId, redirectUri });
    return { url };
  },
});

const againRoute = defineRoute({
  method: 'POST',
  path: '/api/accounts/{id}/reauthorize',
  access: 'admin',
  summary: 'Begin to sign in again to a Gmail mailbox; an IMAP account is given its password.',
  params: byId,
  output: urlShape,
  handle: async ({ app, who, params, services }) => {
    const redirectUri = redirectOf(services);
    const { userId } = who;
    const { url } = await beginSignIn(app.signIns, { userId, accountId: params.id, redirectUri });
    return { url };
  },
});

export const accountGmailRoutes = [waysRoute, beginRoute, againRoute];
