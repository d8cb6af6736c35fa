import type { FakeUser, World } from '#test/fakes/gmail/world.ts';

/** One call of the API after sign-in, scopes, parameters and quota were checked. */
export interface ApiCall {
  world: World;
  user: FakeUser;
  /** As in `messages.get`. */
  method: string;
  /** The ids in the path. */
  ids: readonly string[];
  query: URLSearchParams;
  body: Record<string, unknown>;
  /** The mail of an upload. */
  media: Buffer | undefined;
  scopes: ReadonlySet<string>;
  /** Reads show the mailbox as it was then: now, unless a stale read is scripted. */
  viewMs: number;
}

export interface Route {
  method: string;
  http: string;
  /** Below `users/{userId}/`; `*` stands for an id. */
  path: string;
  /** Any one of them will do. */
  scopes: readonly string[];
  query?: readonly string[];
  body?: readonly string[];
  /** Returns the answer; undefined is 204. Throws ApiErrors. */
  handle(call: ApiCall): unknown;
}
