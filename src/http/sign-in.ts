import type { Context, Hono } from 'hono';
import { setCookie } from 'hono/cookie';
import type { Issued } from '#access/session-store.ts';
import { signInWithLink, signInWithPassword } from '#access/sign-in.ts';
import { findOwner } from '#access/user-store.ts';
import { recordActivity } from '#activity/store.ts';
import { isAppError } from '#std/errors.ts';
import { readText } from './body.ts';
import type { HttpPorts } from './ports.ts';
import { problemOf } from './problem.ts';
import { linkPage, passwordPage } from './sign-in-page.ts';
import { SMALL_PAGE_CSS, SMALL_PAGE_CSS_PATH } from './small-page.ts';
import type { SignInSettings } from './who.ts';

const LINK_TOKEN = /^[\w-]{20,100}$/;

const sourceOf = (c: Context): string => {
  const { incoming } = c.env as { incoming?: { socket: { remoteAddress?: string } } };
  return incoming?.socket.remoteAddress ?? 'unknown';
};

/** Signs in by the token of a link, or by the owner's or another user's password. */
const signIn = async (app: HttpPorts, c: Context, form: URLSearchParams): Promise<Issued> => {
  const from = { source: sourceOf(c), userAgent: c.req.header('user-agent') ?? null };
  const token = form.get('token');
  if (token !== null) return signInWithLink(app.access, token, from);
  const email = form.get('email')?.trim() || ((await findOwner(app.db))?.email ?? '');
  return signInWithPassword(app.access, { email, password: form.get('password') ?? '' }, from);
};

const setSessionCookie = (
  app: HttpPorts,
  c: Context,
  o: { session: Issued; settings: SignInSettings },
): void =>
  setCookie(c, o.settings.cookieName, o.session.token, {
    httpOnly: true,
    sameSite: 'Strict',
    secure: o.settings.secure,
    path: '/',
    maxAge: Math.floor(app.access.lifetimes.sessionMs / 1000),
  });

/** The pages on which a person signs in. They work without scripts and without the web app. */
export const addSignIn = (hono: Hono, app: HttpPorts, settings: SignInSettings): void => {
  const hasPassword = async () => (await findOwner(app.db))?.hasPassword ?? false;
  hono.get(SMALL_PAGE_CSS_PATH, (c) =>
    c.body(SMALL_PAGE_CSS, 200, {
      'content-type': 'text/css; charset=utf-8',
      'cache-control': 'public, max-age=86400',
    }),
  );
  hono.get('/sign-in', async (c) => {
    const token = c.req.query('token') ?? '';
    return LINK_TOKEN.test(token) ? linkPage(token) : passwordPage({ hasPassword: await hasPassword() });
  });
  hono.post('/sign-in', async (c) => {
    const form = new URLSearchParams(await readText(c.req.raw));
    try {
      const session = await signIn(app, c, form);
      setSessionCookie(app, c, { session, settings });
      await app.db.write((tx) =>
        recordActivity(app, tx, {
          userId: session.userId,
          actor: `user:${session.userId}`,
          channel: 'web',
          action: 'session.sign-in',
          subjectType: 'session',
          subjectId: session.id,
        }),
      );
      return c.redirect('/', 303);
    } catch (error) {
      if (!isAppError(error)) throw error;
      const { detail, help, status } = problemOf(error);
      const problem = [detail, help].filter((x) => x !== undefined).join('. ');
      return passwordPage({ hasPassword: await hasPassword(), problem, status });
    }
  });
};
