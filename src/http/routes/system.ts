import { z } from 'zod';
import { type User, userSchema } from '#access/user.ts';
import { findUser, updateUser } from '#access/user-store.ts';
import { recordActivity } from '#activity/store.ts';
import { HEALTH_DATABASE_MS } from '#config/limits.ts';
import { redacted } from '#config/redact.ts';
import type { HttpPorts } from '#http/ports.ts';
import { defineRoute } from '#http/route.ts';
import { byId } from '#http/shapes/base.ts';
import { decisionShape } from '#http/shapes/mail.ts';
import { settingsShape, statusShape, todayShape } from '#http/shapes/today.ts';
import { decisionView } from '#http/views/mail-view.ts';
import { todayView } from '#http/views/today-view.ts';
import { requester, type Who } from '#http/who.ts';
import { statusOf } from '#ingest/status.ts';
import { AppError } from '#std/errors.ts';
import { isTimeZone } from '#std/zone.ts';
import { getDecision } from '#triage/store.ts';

/** Whether the database answers in time. */
const databaseAnswers = (app: HttpPorts): Promise<boolean> =>
  new Promise((resolve) => {
    const cancel = app.clock.after(HEALTH_DATABASE_MS, () => resolve(false));
    app.db
      .all('select 1 as one')
      .then(() => resolve(true))
      .catch(() => resolve(false))
      .finally(cancel);
  });

const healthRoute = defineRoute({
  method: 'GET',
  path: '/healthz',
  access: 'public',
  summary: 'Whether the program and its database answer: 200, or 503.',
  produces: 'application/json',
  handle: async ({ app }) => {
    const answers = await databaseAnswers(app);
    const database = !answers ? 'no answer' : app.db.diskFull ? 'disk full' : 'ok';
    const up = database === 'ok';
    const body = { status: up ? 'ok' : 'failing', version: app.version, database };
    return Response.json(body, { status: up ? 200 : 503 });
  },
});

const readyRoute = defineRoute({
  method: 'GET',
  path: '/readyz',
  access: 'public',
  summary: 'Whether it takes work: 200, or 503 while it stops.',
  produces: 'application/json',
  handle: async ({ app, services }) => {
    const ready = services.isReady() && (await databaseAnswers(app));
    return Response.json({ status: ready ? 'ready' : 'not ready' }, { status: ready ? 200 : 503 });
  },
});

const metricsRoute = defineRoute({
  method: 'GET',
  path: '/metrics',
  access: 'read',
  summary: 'Metrics as Prometheus text. Needs a token, like everything that tells of the mail.',
  produces: 'text/plain; version=0.0.4; charset=utf-8',
  handle: async ({ services }) => {
    const text = await services.metricsText();
    if (text === undefined) throw new AppError('denied', 'metrics.unknown', 'Metrics are switched off');
    return new Response(text, { headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' } });
  },
});

const me = async (app: HttpPorts, who: Who): Promise<User> => {
  const user = await findUser(app.db, who.userId);
  if (user) return user;
  throw new AppError('denied', 'access.sign-in', 'Sign in first');
};

const todayRoute = defineRoute({
  method: 'GET',
  path: '/api/today',
  access: 'read',
  summary: 'Everything that the first page shows.',
  output: todayShape,
  handle: async ({ app, who, services }) => todayView(app, await me(app, who), services.kept),
});

const statusRoute = defineRoute({
  method: 'GET',
  path: '/api/status',
  access: 'read',
  summary: 'What came in and what became of it, counted.',
  output: statusShape,
  handle: async ({ app, who, services }) =>
    services.kept(`status ${who.userId}`, () => statusOf(app, who.userId)),
});

const decisionRoute = defineRoute({
  method: 'GET',
  path: '/api/decisions/{id}',
  access: 'read',
  summary: 'What was concluded about a message, and why.',
  params: byId,
  output: decisionShape,
  handle: async ({ app, who, params }) => decisionView(await getDecision(app.db, who.userId, params.id)),
});

const settings = (app: HttpPorts, user: User) => ({
  version: app.version,
  nodeVersion: process.version,
  database: app.db.engine,
  config: user.id === app.owner.id ? redacted(app.config) : {},
  user,
});

const settingsRoute = defineRoute({
  method: 'GET',
  path: '/api/settings',
  access: 'read',
  summary: 'Who is signed in and, for the owner, the configuration in use without its secrets.',
  output: settingsShape,
  handle: async ({ app, who }) => settings(app, await me(app, who)),
});

const patchSettingsRoute = defineRoute({
  method: 'PATCH',
  path: '/api/settings',
  access: 'admin',
  summary: 'Change how the signed-in person is called and which time zone is theirs.',
  body: z.strictObject({
    displayName: z.string().trim().min(1).max(200).optional(),
    timeZone: z
      .string()
      .max(100)
      .refine(isTimeZone, 'is no time zone: use a name such as Europe/Berlin')
      .optional(),
  }),
  output: userSchema,
  handle: async ({ app, who, body }) => {
    const user = await updateUser(app.access, who.userId, body);
    await app.db.write((tx) =>
      recordActivity(app, tx, {
        userId: who.userId,
        ...requester(who),
        action: 'settings.update',
        subjectType: 'user',
        subjectId: who.userId,
        details: { fields: Object.keys(body) },
      }),
    );
    return user;
  },
});

const eventsRoute = defineRoute({
  method: 'GET',
  path: '/api/events',
  access: 'read',
  summary: 'Server-sent events: `change` says what may have changed, so that open pages ask again.',
  produces: 'text/event-stream',
  handle: ({ services }) => services.events(services.signal),
});

export const systemRoutes = [
  healthRoute,
  readyRoute,
  metricsRoute,
  todayRoute,
  statusRoute,
  decisionRoute,
  settingsRoute,
  patchSettingsRoute,
  eventsRoute,
];
