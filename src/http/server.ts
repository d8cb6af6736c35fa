import type { Server } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { findOwner } from '#access/user-store.ts';
import { isLoopbackHost } from '#config/checks.ts';
import { HTTP_HEADERS_MS, HTTP_REQUEST_MS, HTTP_STOP_MS } from '#config/limits.ts';
import { AppError } from '#std/errors.ts';
import { EventHub } from './events.ts';
import { makeHandler } from './handler.ts';
import { keptCounts } from './kept-counts.ts';
import type { HttpPorts } from './ports.ts';
import { WEB_BUILD } from './web-files.ts';
import { cookieNameFor } from './who.ts';

export interface ServerOptions {
  /** What the command line proves itself with. */
  cliKey: string;
  /** Metrics as Prometheus text; undefined when they are off. */
  metricsText(): Promise<string | undefined>;
  /** Whether a worker takes jobs; yes when left out. */
  isReady?: () => boolean;
  /** Where the built web app is. */
  webFolder?: string;
  /** Check every answer against its schema: for tests. */
  checkAnswers?: boolean;
}

export interface RunningServer {
  /** Where it listens, such as `http://127.0.0.1:17800`: for this machine. */
  url: string;
  /** Ends streams, lets answers on their way finish, and stops listening. */
  close(): Promise<void>;
}

/**
 * Serves the API and the web app on the configured address. Throws `http.no-password` when it would listen to the network
 * without one, and `http.port-in-use`.
 */
export const startServer = async (app: HttpPorts, o: ServerOptions): Promise<RunningServer> => {
  const { host } = app.config.app;
  if (!isLoopbackHost(host) && !(await findOwner(app.db))?.hasPassword) throw noPassword(host);
  const hub = new EventHub(app);
  let handle: (request: Request, env: unknown) => Response | Promise<Response> = () =>
    new Response(null, { status: 503 });
  const server = createAdaptorServer({
    fetch: (request, env) => handle(request, env),
    overrideGlobalObjects: false,
    serverOptions: { headersTimeout: HTTP_HEADERS_MS, requestTimeout: HTTP_REQUEST_MS },
  }) as Server;
  const port = await listen(server, app.config.app);
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  const secure = app.config.app.base_url?.startsWith('https:') ?? false;
  let closing = false;
  const cookieName = cookieNameFor(secure, port);
  const hono = makeHandler(app, {
    settings: { cookieName, secure, cliKey: o.cliKey },
    services: {
      events: (signal) => hub.open(signal),
      metricsText: o.metricsText,
      isReady: () => !closing && (o.isReady?.() ?? true),
      url: () => (app.config.app.base_url ?? url).replace(/\/+$/, ''),
      kept: keptCounts(app.clock),
      signOutCookie: `${cookieName}=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`,
    },
    port,
    webFolder: o.webFolder ?? WEB_BUILD,
    checkAnswers: o.checkAnswers ?? false,
  });
  handle = (request, env) => hono.fetch(request, env as Record<string, unknown>);
  let closed: Promise<void> | undefined;
  return {
    url,
    close: () => {
      closing = true;
      hub.close();
      closed ??= stop(app, server);
      return closed;
    },
  };
};

const noPassword = (host: string): AppError =>
  new AppError('input', 'http.no-password', `${host} can be reached from other machines`, {
    help: 'Set an owner password first (auth.owner_password, or ASHFORD_AUTH__OWNER_PASSWORD), or listen on 127.0.0.1.',
  });

const listen = (server: Server, { host, port }: { host: string; port: number }): Promise<number> =>
  new Promise((resolve, reject) => {
    const onError = (e: NodeJS.ErrnoException) => reject(listenError(e, host, port));
    server.once('error', onError);
    server.listen(port, host, () => {
      server.off('error', onError);
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });

const listenError = (e: NodeJS.ErrnoException, host: string, port: number): Error => {
  if (e.code === 'EADDRINUSE') {
    return new AppError('input', 'http.port-in-use', `Port ${port} is taken by another program`, {
      help: `Choose another one: APP_PORT=${port + 1}. Or stop what listens there; it may be Ashford itself.`,
      fields: { port },
      cause: e,
    });
  }
  if (e.code === 'EACCES' || e.code === 'EADDRNOTAVAIL') {
    return new AppError('input', 'http.cannot-listen', `Ashford cannot listen on ${host}, port ${port}`, {
      help: 'Choose a port above 1023 and an address of this machine: app.host, app.port.',
      fields: { host, port },
      cause: e,
    });
  }
  return e;
};

const stop = async (app: HttpPorts, server: Server): Promise<void> => {
  const ended = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeIdleConnections();
  const cancel = app.clock.after(HTTP_STOP_MS, () => server.closeAllConnections());
  await ended;
  cancel();
};
