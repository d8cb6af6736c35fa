import { API_TOKENS_PER_USER, TOKEN_USE_RESOLUTION_MS } from '#config/limits.ts';
import type { Sql } from '#db/db.ts';
import type { ApiTokenRow } from '#db/people-tables.ts';
import { AppError } from '#std/errors.ts';
import { type Instant, toMs } from '#std/time.ts';
import type { AccessPorts } from './ports.ts';
import { SCOPES, type Scope } from './scopes.ts';
import { newToken } from './secret-token.ts';

/** So that people and scanners know what they have found. */
const PREFIX = 'ashford_';

export interface ApiToken {
  id: string;
  userId: string;
  name: string;
  scopes: Scope[];
  createdAt: Instant;
  /** To the minute. */
  lastUsedAt: Instant | null;
  expiresAt: Instant | null;
}

type Stored = Omit<ApiTokenRow, 'token_hash' | 'revoked_at'>;

const scopesOf = (json: string): Scope[] => {
  const stored: unknown = JSON.parse(json);
  return Array.isArray(stored) ? SCOPES.filter((scope) => stored.includes(scope)) : [];
};

const fromRow = (row: Stored): ApiToken => ({
  id: row.id,
  userId: row.user_id,
  name: row.name,
  scopes: scopesOf(row.scopes_json),
  createdAt: row.created_at as Instant,
  lastUsedAt: row.last_used_at as Instant | null,
  expiresAt: row.expires_at as Instant | null,
});

const usable = (sql: Sql, now: Instant) =>
  sql.query
    .selectFrom('api_tokens')
    .select(['id', 'user_id', 'name', 'scopes_json', 'created_at', 'last_used_at', 'expires_at'])
    .where('revoked_at', 'is', null)
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', now)]));

/** A user's tokens that can be used, newest first. */
export const listApiTokens = async (
  ports: Pick<AccessPorts, 'clock'>,
  sql: Sql,
  userId: string,
): Promise<ApiToken[]> => {
  const rows = await usable(sql, ports.clock.now())
    .where('user_id', '=', userId)
    .orderBy('id', 'desc')
    .execute();
  return rows.map(fromRow);
};

export interface NewApiToken {
  userId: string;
  name: string;
  scopes: readonly Scope[];
  /** Never, when left out. */
  expiresAt?: Instant | undefined;
}

/** The token in clear is in the answer and nowhere else. Throws `access.too-many-tokens`. */
export const createApiToken = (
  ports: AccessPorts,
  { userId, name, scopes, expiresAt }: NewApiToken,
): Promise<{ token: string; record: ApiToken }> =>
  ports.db.write(async (tx) => {
    if ((await listApiTokens(ports, tx, userId)).length >= API_TOKENS_PER_USER) {
      throw new AppError(
        'limit',
        'access.too-many-tokens',
        `There are ${API_TOKENS_PER_USER} tokens already`,
        {
          help: 'Revoke one that is not used.',
        },
      );
    }
    const token = PREFIX + newToken(ports.random);
    const row: ApiTokenRow = {
      id: ports.newId(),
      user_id: userId,
      name,
      token_hash: ports.tokenHash(token),
      scopes_json: JSON.stringify(scopes),
      created_at: ports.clock.now(),
      last_used_at: null,
      expires_at: expiresAt ?? null,
      revoked_at: null,
    };
    await tx.query.insertInto('api_tokens').values(row).execute();
    return { token, record: fromRow(row) };
  });

/** The token that a request carries, undefined when it is unknown, revoked or too old. Notes when it was used. */
export const findApiToken = async (ports: AccessPorts, token: string): Promise<ApiToken | undefined> => {
  if (!token.startsWith(PREFIX)) return undefined;
  const now = ports.clock.now();
  const row = await usable(ports.db, now).where('token_hash', '=', ports.tokenHash(token)).executeTakeFirst();
  if (!row) return undefined;
  if (row.last_used_at === null || toMs(now) - toMs(row.last_used_at) >= TOKEN_USE_RESOLUTION_MS) {
    await ports.db.write((tx) =>
      tx.query.updateTable('api_tokens').set({ last_used_at: now }).where('id', '=', row.id).execute(),
    );
    return fromRow({ ...row, last_used_at: now });
  }
  return fromRow(row);
};

/** False when the user has no such token. */
export const revokeApiToken = (ports: AccessPorts, userId: string, id: string): Promise<boolean> =>
  ports.db.write(async (tx) => {
    const { numUpdatedRows } = await tx.query
      .updateTable('api_tokens')
      .set({ revoked_at: ports.clock.now() })
      .where('id', '=', id)
      .where('user_id', '=', userId)
      .where('revoked_at', 'is', null)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  });
