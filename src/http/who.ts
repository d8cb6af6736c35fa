import type { Context } from 'hono';
import { getCookie } from 'hono/cookie';
import { isCliKey } from '#access/keys.ts';
import { allows, type Scope } from '#access/scopes.ts';
import { findSession } from '#access/session-store.ts';
import { findApiToken } from '#access/token-store.ts';
import { AppError } from '#std/errors.ts';
import type { HttpPorts } from './ports.ts';

/** Who is asking, and what they may do. */
export interface Who {
  userId: string;
  scopes: readonly Scope[];
  /** From where, as the audit log says it. */
  channel: 'web' | 'api' | 'cli';
  /** For the audit log. */
  actor: string;
  /** Of a browser's session. */
  sessionId: string | null;
}

export interface SignInSettings {
  cookieName: string;
  /** Browsers reach us over https only. */
  secure: boolean;
  cliKey: string;
}

/** A name of its own for each port: cookies are shared by all ports of a host. */
export const cookieNameFor = (secure: boolean, port: number): string =>
  secure ? '__Host-ashford' : `ashford_${port}`;

const person = (userId: string, rest: Omit<Who, 'userId' | 'actor'>): Who => ({
  userId,
  actor: `user:${userId}`,
  ...rest,
});

const byBearer = async (app: HttpPorts, given: string, cliKey: string): Promise<Who | null> => {
  if (isCliKey(cliKey, given)) {
    return person(app.owner.id, { scopes: ['admin'], channel: 'cli', sessionId: null });
  }
  const token = await findApiToken(app.access, given);
  return token ? person(token.userId, { scopes: token.scopes, channel: 'api', sessionId: null }) : null;
};

const BEARER = /^Bearer +([\w-]{1,200})$/i;

/** Who a request is from, null when it does not say or what it says is not known. A header counts before a cookie. */
export const whoIs = async (app: HttpPorts, c: Context, s: SignInSettings): Promise<Who | null> => {
  const header = c.req.header('authorization');
  if (header !== undefined) {
    const given = BEARER.exec(header)?.[1];
    return given === undefined ? null : byBearer(app, given, s.cliKey);
  }
  const cookie = getCookie(c, s.cookieName);
  const session = cookie === undefined ? undefined : await findSession(app.access, cookie);
  return session
    ? person(session.userId, { scopes: ['admin'], channel: 'web', sessionId: session.id })
    : null;
};

/** Throws `access.sign-in` for nobody, and `access.scope` for a token that may not do this. */
export const requireScope = (who: Who | null, needed: Scope): Who => {
  if (!who) {
    throw new AppError('denied', 'access.sign-in', 'Sign in first', {
      help: 'Run `ashford open` for a sign-in link, or send an API token.',
    });
  }
  if (allows(who.scopes, needed)) return who;
  throw new AppError('denied', 'access.scope', `This token may not do that: it needs the scope "${needed}"`, {
    help: 'Make a token with that scope in the settings.',
    fields: { needed },
  });
};

/** Who asks, for the audit log. */
export const requester = ({ actor, channel }: Who): { actor: string; channel: string } => ({
  actor,
  channel,
});

/** Whether the installation belongs to who asks: the machine's files and its configuration are theirs alone. */
export const isOwner = (app: HttpPorts, who: Who): boolean => who.userId === app.owner.id;
