import type { z } from 'zod';
import type { Scope } from '#access/scopes.ts';
import type { KeptCounts } from './kept-counts.ts';
import type { HttpPorts } from './ports.ts';
import type { Who } from './who.ts';

/** `public` asks for nobody; the others for a person or a token with that scope. */
export type Access = 'public' | Scope;

export interface RouteContext<P, Q, B> {
  app: HttpPorts;
  who: Who;
  params: P;
  query: Q;
  body: B;
  services: Services;
}

/** What the running server offers to routes beside the program itself. */
export interface Services {
  /** A stream of changes for one client; ends with `signal`. */
  events(signal: AbortSignal): Response;
  /** Metrics as Prometheus text; undefined when they are off. */
  metricsText(): Promise<string | undefined>;
  /** Whether jobs are taken; false while the process stops. */
  isReady(): boolean;
  /** Where browsers reach this server, without a slash at the end. */
  url(): string;
  /** A Set-Cookie that takes the session away. */
  signOutCookie: string;
  /** Keeps what is dear to count. */
  kept: KeptCounts;
  /** Fires when the client has gone away. */
  signal: AbortSignal;
}

type Shape = z.ZodType;
type Parsed<S extends Shape | undefined> = S extends Shape ? z.output<S> : undefined;

export interface RouteSpec<
  P extends Shape | undefined,
  Q extends Shape | undefined,
  B extends Shape | undefined,
  O extends Shape | undefined,
> {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Whole, with parameters in braces: `/api/threads/{id}`. */
  path: string;
  access: Access;
  /** One line for the documentation. */
  summary: string;
  /** Of the answer when all went well: 200, or 204 for a route without output. */
  status?: 200 | 201 | 202;
  params?: P;
  query?: Q;
  body?: B;
  /** What the answer holds. Without it the answer is empty, or a Response of the route's own. */
  output?: O;
  /** The content type of a Response of the route's own. */
  produces?: string;
  handle(
    ctx: RouteContext<Parsed<P>, Parsed<Q>, Parsed<B>>,
  ): Promise<(O extends Shape ? z.input<O> : undefined) | Response> | Response;
}

/** One route, whatever it takes and gives, so that all fit in one list. */
export interface Route {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  path: string;
  access: Access;
  summary: string;
  status: number;
  params: Shape | undefined;
  query: Shape | undefined;
  body: Shape | undefined;
  output: Shape | undefined;
  produces: string | undefined;
  handle(ctx: RouteContext<unknown, unknown, unknown>): Promise<unknown>;
}

/** One route of the API: list it in its resource's file, and that in `routes/catalog.ts`. */
export const defineRoute = <
  P extends Shape | undefined = undefined,
  Q extends Shape | undefined = undefined,
  B extends Shape | undefined = undefined,
  O extends Shape | undefined = undefined,
>(
  spec: RouteSpec<P, Q, B, O>,
): Route => ({
  method: spec.method,
  path: spec.path,
  access: spec.access,
  summary: spec.summary,
  status: spec.status ?? (spec.output || spec.produces ? 200 : 204),
  params: spec.params,
  query: spec.query,
  body: spec.body,
  output: spec.output,
  produces: spec.produces,
  handle: async (ctx) => spec.handle(ctx as RouteContext<Parsed<P>, Parsed<Q>, Parsed<B>>),
});
