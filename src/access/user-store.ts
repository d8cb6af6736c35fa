import type { Sql, Tx } from '#db/db.ts';
import { isConstraint } from '#db/errors.ts';
import type { UserRow } from '#db/people-tables.ts';
import { AppError } from '#std/errors.ts';
import type { Instant } from '#std/time.ts';
import type { AccessPorts } from './ports.ts';
import type { User } from './user.ts';

const fromRow = (row: UserRow): User => ({
  id: row.id,
  email: row.email,
  displayName: row.display_name,
  timeZone: row.time_zone,
  locale: row.locale,
  preferences: JSON.parse(row.preferences_json) as User['preferences'],
  hasPassword: row.password_hash !== null,
  createdAt: row.created_at as Instant,
  updatedAt: row.updated_at as Instant,
});

/** Addresses are compared without case, so they are kept that way. */
const plainEmail = (email: string): string => email.trim().toLowerCase();

export interface NewUser {
  email: string;
  displayName: string;
  /** IANA name. */
  timeZone: string;
  /** BCP 47; `en` when left out. */
  locale?: string;
}

const insertUser = async (ports: AccessPorts, tx: Tx, user: NewUser): Promise<User> => {
  const now = ports.clock.now();
  const row: UserRow = {
    id: ports.newId(),
    email: plainEmail(user.email),
    display_name: user.displayName,
    time_zone: user.timeZone,
    locale: user.locale ?? 'en',
    preferences_json: '{}',
    password_hash: null,
    created_at: now,
    updated_at: now,
  };
  await tx.query.insertInto('users').values(row).execute();
  return fromRow(row);
};

/** Throws `access.user-exists` when the address is taken. */
export const createUser = async (ports: AccessPorts, user: NewUser): Promise<User> => {
  try {
    return await ports.db.write((tx) => insertUser(ports, tx, user));
  } catch (error) {
    if (!isConstraint(error, 'unique')) throw error;
    throw new AppError('conflict', 'access.user-exists', 'There is already a user with this address', {
      cause: error,
    });
  }
};

/** The first user ever made, who owns this installation. */
export const findOwner = async (sql: Sql): Promise<User | undefined> => {
  const row = await sql.query
    .selectFrom('users')
    .selectAll()
    .orderBy('created_at')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
  return row && fromRow(row);
};

/** The owner, made now when there is none. Processes that start at the same moment agree on one. */
export const ensureOwner = async (ports: AccessPorts, owner: NewUser): Promise<User> => {
  try {
    return await ports.db.write(async (tx) => (await findOwner(tx)) ?? (await insertUser(ports, tx, owner)));
  } catch (error) {
    const other = isConstraint(error, 'unique') ? await findOwner(ports.db) : undefined;
    if (other) return other;
    throw error;
  }
};

export const findUser = async (sql: Sql, id: string): Promise<User | undefined> => {
  const row = await sql.query.selectFrom('users').selectAll().where('id', '=', id).executeTakeFirst();
  return row && fromRow(row);
};

/** What signing in with a password needs; the hash is null when the user has none. */
export const findPasswordHash = async (
  sql: Sql,
  email: string,
): Promise<{ userId: string; hash: string | null } | undefined> => {
  const row = await sql.query
    .selectFrom('users')
    .select(['id', 'password_hash'])
    .where('email', '=', plainEmail(email))
    .executeTakeFirst();
  return row && { userId: row.id, hash: row.password_hash };
};

/** null takes the password away. */
export const storePasswordHash = async (
  ports: AccessPorts,
  tx: Tx,
  { userId, hash }: { userId: string; hash: string | null },
): Promise<void> => {
  await tx.query
    .updateTable('users')
    .set({ password_hash: hash, updated_at: ports.clock.now() })
    .where('id', '=', userId)
    .execute();
};

export type UserChanges = {
  [K in 'email' | 'displayName' | 'timeZone' | 'locale' | 'preferences']?: User[K] | undefined;
};

/** Changes what is given and returns the user after it. Throws `access.no-user` and `access.user-exists`. */
export const updateUser = async (ports: AccessPorts, id: string, changes: UserChanges): Promise<User> => {
  const { email, displayName, timeZone, locale, preferences } = changes;
  const set = {
    updated_at: ports.clock.now(),
    ...(email === undefined ? {} : { email: plainEmail(email) }),
    ...(displayName === undefined ? {} : { display_name: displayName }),
    ...(timeZone === undefined ? {} : { time_zone: timeZone }),
    ...(locale === undefined ? {} : { locale }),
    ...(preferences === undefined ? {} : { preferences_json: JSON.stringify(preferences) }),
  };
  try {
    return await ports.db.write(async (tx) => {
      await tx.query.updateTable('users').set(set).where('id', '=', id).execute();
      const user = await findUser(tx, id);
      if (!user) throw new AppError('denied', 'access.no-user', 'There is no such user');
      return user;
    });
  } catch (error) {
    if (!isConstraint(error, 'unique')) throw error;
    throw new AppError('conflict', 'access.user-exists', 'There is already a user with this address', {
      cause: error,
    });
  }
};
