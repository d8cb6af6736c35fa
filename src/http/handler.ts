import { type Context, Hono } from 'hono';
import { getCookie } from 'hono/cookie';
import { AppError } from '#std/errors.ts';
import { type OpenSpan, span, withTraceparent } from '#telemetry/trace.ts';
import { readJson } from './body.ts';
import { secureHeaders } from './headers.ts';
import { hostList, mayChange } from './hosts.ts';
import type { HttpPorts } from './ports.ts';
import { InvalidInput, problemResponse } from './problem.ts';
import type { Route, RouteContext, Services } from './route.ts';
import { ROUTES } from './routes/catalog.ts';
import { addSignIn } from './sign-in.ts';
import { answerWebFile, loadWebFiles } from './web-files.ts';
import { requireScope, type SignInSettings, type Who, whoIs } from './who.ts';

export interface HandlerOptions {
  settings: SignInSettings;
  services: Omit<Services, 'signal'>;
  /** The port that is listened on. */
  port: number;
  webFolder: string;
  /** Check every answer against its schema: for tests. */
  checkAnswers: boolean;
}

/** Variables of one request. */
interface Vars {
  Variables: { who: Who | null; route: string; error: unknown };
}

const toHonoPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1');

/** Everything that is served, as one function from request to answer. */
export const makeHandler = (app: HttpPorts, o: HandlerOptions): Hono<Vars> => {
  const hono = new Hono<Vars>();
  const files = loadWebFiles(o.webFolder);
  hono.use(async (c, next) => observe(app, c, next));
  hono.use(async (c, next) => {
    await next();
    secureHeaders(c.res.headers, o.settings.secure);
  });
  hono.use(guard(app, o));
  for (const route of ROUTES) {
    hono.on(route.method, toHonoPath(route.path), (c) => run(app, c, { route, o }));
  }
  addSignIn(hono as unknown as Hono, app, o.settings);
  hono.get('*', async (c) => {
    const found = c.req.path.startsWith('/api/') ? null : answerWebFile(await files, c.req.raw);
    if (found) return found;
    throw new AppError('denied', 'http.unknown', 'There is nothing at this address');
  });
  hono.notFound(() =>
    problemResponse(new AppError('denied', 'http.unknown', 'There is nothing at this address')),
  );
  hono.onError((error, c) => {
    c.set('error', error);
    return problemResponse(error);
  });
  return hono;
};

/** The right host, and no other site's page. */
const guard = (app: HttpPorts, o: HandlerOptions) => {
  const isHere = hostList(app.config.app, o.port);
  return async (c: Context<Vars>, next: () => Promise<void>): Promise<void> => {
    const host = c.req.header('host');
    if (!isHere(host)) {
      throw new AppError('denied', 'http.unknown-host', 'This server does not go by that name', {
        help: 'Add the name to app.allowed_hosts if it is yours.',
      });
    }
    const source = {
      method: c.req.method,
      host,
      origin: c.req.header('origin'),
      fetchSite: c.req.header('sec-fetch-site'),
      hasCookie: getCookie(c, o.settings.cookieName) !== undefined,
    };
    if (!mayChange(source)) {
      throw new AppError('denied', 'http.alien-origin', 'Another site may not ask for that');
    }
    await next();
  };
};

const parse = <T>(
  schema: { safeParse(v: unknown): { success: boolean; data?: T; error?: unknown } } | undefined,
  value: unknown,
  code: string,
): T | undefined => {
  if (!schema) return undefined;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new InvalidInput(code, parsed.error as ConstructorParameters<typeof InvalidInput>[1]);
};

const run = async (
  app: HttpPorts,
  c: Context<Vars>,
  { route, o }: { route: Route; o: HandlerOptions },
): Promise<Response> => {
  c.set('route', route.path);
  const who = await whoIs(app, c, o.settings);
  c.set('who', who);
  // A public route is handed nobody; its type says so.
  const asking = route.access === 'public' ? (undefined as unknown as Who) : requireScope(who, route.access);
  const ctx: RouteContext<unknown, unknown, unknown> = {
    app,
    who: asking,
    params: parse(route.params, c.req.param(), 'http.bad-path'),
    query: parse(route.query, queryOf(c), 'http.bad-query'),
    body: route.body ? parse(route.body, (await readJson(c.req.raw)) ?? {}, 'http.bad-body') : undefined,
    services: { ...o.services, signal: c.req.raw.signal },
  };
  const output = await route.handle(ctx);
  if (output instanceof Response) return output;
  if (!route.output) return new Response(null, { status: 204 });
  if (o.checkAnswers) route.output.parse(output);
  return Response.json(output, { status: route.status });
};

/** Each value as it came; of a name that is given twice, a list. */
const queryOf = (c: Context): Record<string, string | string[]> =>
  Object.fromEntries(
    Object.entries(c.req.queries()).map(([key, values]) => [
      key,
      values.length === 1 ? (values[0] ?? '') : values,
    ]),
  );

/** One span and one line of the log for each request, with the pattern of its path: never what it asked for. */
const observe = (app: HttpPorts, c: Context<Vars>, next: () => Promise<void>): Promise<void> =>
  withTraceparent(c.req.header('traceparent'), () =>
    span('http.request', { 'http.request.method': c.req.method, 'url.scheme': 'http' }, async (s) => {
      const startMs = app.clock.ms();
      await next();
      report(app, c, { span: s, ms: app.clock.ms() - startMs });
    }),
  );

const report = (app: HttpPorts, c: Context<Vars>, o: { span: OpenSpan; ms: number }): void => {
  const { status } = c.res;
  const route = c.get('route') ?? '*';
  o.span.set({ 'http.route': route, 'http.response.status_code': status });
  const error = c.get('error');
  const line = {
    method: c.req.method,
    route,
    status,
    ms: o.ms,
    user: c.get('who')?.userId,
    ...(error instanceof AppError ? { code: error.code } : {}),
    ...(error !== undefined && status >= 500 ? { err: error } : {}),
  };
  if (status === 500) app.log.error(line, 'request');
  else if (status > 500) app.log.info(line, 'request');
  else app.log.debug(line, 'request');
};
