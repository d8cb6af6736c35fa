import { z } from 'zod';
import { SCOPES } from '#access/scopes.ts';
import { createSignInLink, listSessions, revokeSession } from '#access/session-store.ts';
import { createApiToken, listApiTokens, revokeApiToken } from '#access/token-store.ts';
import { recordActivity } from '#activity/store.ts';
import type { HttpPorts } from '#http/ports.ts';
import { defineRoute } from '#http/route.ts';
import { byId, id, instant, instantInput, list } from '#http/shapes/base.ts';
import { requester, type Who } from '#http/who.ts';
import { AppError } from '#std/errors.ts';

const tokenShape = z
  .strictObject({
    id,
    name: z.string(),
    scopes: z.array(z.enum(SCOPES)),
    createdAt: instant,
    lastUsedAt: instant.nullable().describe('To the minute.'),
    expiresAt: instant.nullable(),
  })
  .meta({ id: 'ApiToken' });

const sessionShape = z
  .strictObject({
    id,
    createdAt: instant,
    expiresAt: instant,
    userAgent: z.string().nullable().describe('How the browser describes itself.'),
    current: z.boolean().describe('The one that asks.'),
  })
  .meta({ id: 'Session' });

const note = (
  app: HttpPorts,
  who: Who,
  what: { action: string; subjectType: string; subjectId: string },
): Promise<void> =>
  app.db.write((tx) => recordActivity(app, tx, { userId: who.userId, ...requester(who), ...what }));

const signOutRoute = defineRoute({
  method: 'POST',
  path: '/api/sign-out',
  access: 'read',
  summary: 'End the session that asks.',
  produces: 'text/plain',
  handle: async ({ app, who, services }) => {
    if (who.sessionId !== null) {
      await revokeSession(app.access, who.userId, who.sessionId);
      await note(app, who, { action: 'session.sign-out', subjectType: 'session', subjectId: who.sessionId });
    }
    return new Response(null, { status: 204, headers: { 'set-cookie': services.signOutCookie } });
  },
});

const linkRoute = defineRoute({
  method: 'POST',
  path: '/api/sign-in-links',
  access: 'admin',
  summary: 'Make a link that signs the same person in, once.',
  status: 201,
  output: z.strictObject({ url: z.string(), expiresAt: instant }),
  handle: async ({ app, who, services }) => {
    const { token, expiresAt, id: linkId } = await createSignInLink(app.access, who.userId);
    await note(app, who, { action: 'session.link', subjectType: 'session', subjectId: linkId });
    return { url: `${services.url()}/sign-in?token=${encodeURIComponent(token)}`, expiresAt };
  },
});

const sessionsRoute = defineRoute({
  method: 'GET',
  path: '/api/sessions',
  access: 'admin',
  summary: 'Where the person is signed in, newest first.',
  output: list(sessionShape),
  handle: async ({ app, who }) => ({
    items: (await listSessions(app.access, who.userId)).map(({ userId, ...session }) => ({
      ...session,
      current: session.id === who.sessionId,
    })),
  }),
});

const endSessionRoute = defineRoute({
  method: 'DELETE',
  path: '/api/sessions/{id}',
  access: 'admin',
  summary: 'Sign out somewhere else.',
  params: byId,
  handle: async ({ app, who, params }) => {
    if (!(await revokeSession(app.access, who.userId, params.id))) throw unknown('session');
    await note(app, who, { action: 'session.revoke', subjectType: 'session', subjectId: params.id });
    return undefined;
  },
});

const unknown = (what: 'session' | 'token'): AppError =>
  new AppError('denied', `access.${what}.unknown`, `There is no such ${what}`);

const tokensRoute = defineRoute({
  method: 'GET',
  path: '/api/tokens',
  access: 'admin',
  summary: 'The tokens of programs that may ask in your name, newest first.',
  output: list(tokenShape),
  handle: async ({ app, who }) => ({
    items: (await listApiTokens(app.access, app.db, who.userId)).map(({ userId, ...token }) => token),
  }),
});

const createTokenRoute = defineRoute({
  method: 'POST',
  path: '/api/tokens',
  access: 'admin',
  summary: 'Make a token. It is shown here and never again.',
  status: 201,
  body: z.strictObject({
    name: z.string().trim().min(1).max(100).describe('What uses it.'),
    scopes: z.array(z.enum(SCOPES)).min(1).max(SCOPES.length),
    expiresAt: instantInput.optional().describe('Never, when left out.'),
  }),
  output: tokenShape.extend({ token: z.string() }).meta({ id: 'NewApiToken' }),
  handle: async ({ app, who, body }) => {
    const { token, record } = await createApiToken(app.access, { userId: who.userId, ...body });
    await note(app, who, { action: 'token.create', subjectType: 'token', subjectId: record.id });
    const { userId, ...shown } = record;
    return { ...shown, token };
  },
});

const revokeTokenRoute = defineRoute({
  method: 'DELETE',
  path: '/api/tokens/{id}',
  access: 'admin',
  summary: 'Revoke a token.',
  params: byId,
  handle: async ({ app, who, params }) => {
    if (!(await revokeApiToken(app.access, who.userId, params.id))) throw unknown('token');
    await note(app, who, { action: 'token.revoke', subjectType: 'token', subjectId: params.id });
    return undefined;
  },
});

export const accessRoutes = [
  signOutRoute,
  linkRoute,
  sessionsRoute,
  endSessionRoute,
  tokensRoute,
  createTokenRoute,
  revokeTokenRoute,
];
