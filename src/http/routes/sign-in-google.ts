import { z } from 'zod';
import { finishSignIn } from '#accounts/sign-in.ts';
import { CALLBACK_CHARS } from '#config/limits-sign-in.ts';
import { defineRoute } from '#http/route.ts';
import { escaped, smallPage } from '#http/small-page.ts';
import { AppError } from '#std/errors.ts';

/** Where Google sends people back to, on whatever address the server is reached at. */
export const GOOGLE_CALLBACK_PATH = '/api/accounts/oauth/callback';

const given = z.string().max(CALLBACK_CHARS);

const done = (email: string): Response =>
  smallPage({
    title: 'Signed in',
    body: `<h1>Signed in</h1><p>Ashford may now use <strong>${escaped(email)}</strong>. Its newest mail is on its way.</p>
<p><a href="/accounts" autofocus>Back to the accounts</a></p>`,
  });

const STATUS = { input: 400, conflict: 409, transient: 503 } as const;

const failed = (e: AppError): Response =>
  smallPage({
    title: 'Not signed in',
    status: STATUS[e.kind as keyof typeof STATUS] ?? 409,
    body: `<h1>Not signed in</h1><p role="alert">${escaped(e.message)}.</p>${
      e.help === undefined ? '' : `<p>${escaped(e.help)}</p>`
    }<p><a href="/accounts" autofocus>Back to the accounts</a></p>`,
  });

/**
 * Public, since a redirect from another site brings no cookie along: the state proves that the sign-in was begun here, is
 * known to nobody else, and works once.
 */
const callbackRoute = defineRoute({
  method: 'GET',
  path: GOOGLE_CALLBACK_PATH,
  access: 'public',
  summary: 'Where Google sends a person back to who signs in to a mailbox. Answers a small page.',
  query: z.object({
    state: given.describe('What the sign-in was begun with.'),
    code: given.optional().describe('What Google gives when the person said yes.'),
    error: given.optional().describe('Why there is no code.'),
  }),
  produces: 'text/html',
  handle: async ({ app, query }) => {
    try {
      return done((await finishSignIn(app.signIns, { ...query, channel: 'web' })).email);
    } catch (e) {
      if (e instanceof AppError) return failed(e);
      throw e;
    }
  },
});

export const googleSignInRoutes = [callbackRoute];
