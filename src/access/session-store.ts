import { USER_AGENT_CHARS } from '#config/limits.ts';
import type { Sql, Tx } from '#db/db.ts';
import type { SessionKind } from '#db/enums.ts';
import type { SessionRow } from '#db/people-tables.ts';
import { AppError } from '#std/errors.ts';
import { type Instant, toInstant } from '#std/time.ts';
import type { AccessPorts } from './ports.ts';
import { newToken } from './secret-token.ts';

/** A token in clear: handed out once, never stored. */
export interface Issued {
  id: string;
  userId: string;
  token: string;
  expiresAt: Instant;
}

export interface Session {
  id: string;
  userId: string;
  createdAt: Instant;
  expiresAt: Instant;
  /** How the browser describes itself, cut short. */
  userAgent: string | null;
}

interface NewSession {
  userId: string;
  kind: SessionKind;
  userAgent?: string | null | undefined;
}

const lifetime = ({ lifetimes }: AccessPorts, kind: SessionKind): number =>
  kind === 'session' ? lifetimes.sessionMs : lifetimes.linkMs;

const issue = async (
  ports: AccessPorts,
  tx: Tx,
  { userId, kind, userAgent }: NewSession,
): Promise<Issued> => {
  const token = newToken(ports.random);
  const id = ports.newId();
  const expiresAt = toInstant(ports.clock.ms() + lifetime(ports, kind));
  const row: SessionRow = {
    id,
    user_id: userId,
    kind,
    token_hash: ports.tokenHash(token),
    created_at: ports.clock.now(),
    expires_at: expiresAt,
    used_at: null,
    revoked_at: null,
    user_agent: userAgent?.slice(0, USER_AGENT_CHARS) ?? null,
  };
  await tx.query.insertInto('sessions').values(row).execute();
  return { id, userId, token, expiresAt };
};

/** A link's token that signs this user in, once. */
export const createSignInLink = (ports: AccessPorts, userId: string): Promise<Issued> =>
  ports.db.write((tx) => issue(ports, tx, { userId, kind: 'sign_in_link' }));

/** A session for a user who has proved who they are. The token goes into the cookie. */
export const startSession = (
  ports: AccessPorts,
  userId: string,
  userAgent?: string | null,
): Promise<Issued> => ports.db.write((tx) => issue(ports, tx, { userId, kind: 'session', userAgent }));

const USE_LINK = `update sessions set used_at = $1
  where token_hash = $2 and kind = 'sign_in_link' and used_at is null and revoked_at is null and expires_at > $1
  returning user_id`;

/** Turns a link into a session. Throws `access.bad-link`: unknown, used, revoked or too old, which is not told apart. */
export const redeemSignInLink = (
  ports: AccessPorts,
  token: string,
  userAgent?: string | null,
): Promise<Issued> =>
  ports.db.write(async (tx) => {
    const [used] = await tx.all<{ user_id: string }>(USE_LINK, [ports.clock.now(), ports.tokenHash(token)]);
    if (used) return issue(ports, tx, { userId: used.user_id, kind: 'session', userAgent });
    throw new AppError('denied', 'access.bad-link', 'This sign-in link was used already or is too old', {
      help: 'Run `ashford open` for a new one.',
    });
  });

type Found = Pick<SessionRow, 'id' | 'user_id' | 'created_at' | 'expires_at' | 'user_agent'>;

const fromRow = (row: Found): Session => ({
  id: row.id,
  userId: row.user_id,
  createdAt: row.created_at as Instant,
  expiresAt: row.expires_at as Instant,
  userAgent: row.user_agent,
});

const FIND = `select id, user_id, created_at, expires_at, user_agent from sessions
  where token_hash = $1 and kind = 'session' and revoked_at is null and expires_at > $2`;

/** The session that a cookie's token belongs to, undefined when it is unknown, revoked or over. */
export const findSession = async (ports: AccessPorts, token: string): Promise<Session | undefined> => {
  const [row] = await ports.db.all<Found>(FIND, [ports.tokenHash(token), ports.clock.now()]);
  return row && fromRow(row);
};

/** A user's sessions that can be used, newest first. */
export const listSessions = async (ports: AccessPorts, userId: string): Promise<Session[]> => {
  const rows = await ports.db.query
    .selectFrom('sessions')
    .select(['id', 'user_id', 'created_at', 'expires_at', 'user_agent'])
    .where('user_id', '=', userId)
    .where('kind', '=', 'session')
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', ports.clock.now())
    .orderBy('id', 'desc')
    .execute();
  return rows.map(fromRow);
};

/** Ends one session of a user. False when there was none to end. */
export const revokeSession = (ports: AccessPorts, userId: string, id: string): Promise<boolean> =>
  ports.db.write(async (tx) => {
    const { numUpdatedRows } = await tx.query
      .updateTable('sessions')
      .set({ revoked_at: ports.clock.now() })
      .where('id', '=', id)
      .where('user_id', '=', userId)
      .where('revoked_at', 'is', null)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  });

/** Ends all of a user's sessions and links, but for one session that may stay. */
export const revokeSessions = async (
  ports: AccessPorts,
  tx: Tx,
  { userId, except }: { userId: string; except?: string | undefined },
): Promise<void> => {
  await tx.query
    .updateTable('sessions')
    .set({ revoked_at: ports.clock.now() })
    .where('user_id', '=', userId)
    .where('id', '!=', except ?? '')
    .where('revoked_at', 'is', null)
    .execute();
};

/** Forgets what can't be used any more. Returns how many. */
export const pruneSessions = (ports: AccessPorts): Promise<number> =>
  ports.db.write((tx) => removeOver(tx, ports.clock.now()));

const removeOver = (sql: Sql, now: Instant): Promise<number> =>
  sql.run('delete from sessions where expires_at <= $1', [now]);
