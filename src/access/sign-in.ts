import { AppError } from '#std/errors.ts';
import type { Attempts } from './attempts.ts';
import { hashPassword, verifyPassword } from './password.ts';
import type { AccessPorts } from './ports.ts';
import { type Issued, redeemSignInLink, revokeSessions, startSession } from './session-store.ts';
import { findPasswordHash, findUser, storePasswordHash } from './user-store.ts';

interface From {
  /** The address of the other side. */
  source: string;
  userAgent?: string | null | undefined;
}

type Ports = AccessPorts & { attempts: Attempts };

/** Throws `access.bad-link` and `access.too-many-attempts`. */
export const signInWithLink = async (
  ports: Ports,
  token: string,
  { source, userAgent }: From,
): Promise<Issued> => {
  const wentWell = ports.attempts.begin(source);
  const session = await redeemSignInLink(ports, token, userAgent);
  wentWell();
  return session;
};

/** Throws `access.wrong-password`, which does not tell whether there is such a user, and `access.too-many-attempts`. */
export const signInWithPassword = async (
  ports: Ports,
  { email, password }: { email: string; password: string },
  { source, userAgent }: From,
): Promise<Issued> => {
  const wentWell = ports.attempts.begin(source);
  const found = await findPasswordHash(ports.db, email);
  const right = await verifyPassword(password, found?.hash);
  if (!right || !found) {
    throw new AppError('denied', 'access.wrong-password', 'The address or the password is wrong', {
      help: 'Try again, or run `ashford open` for a sign-in link.',
    });
  }
  const session = await startSession(ports, found.userId, userAgent);
  wentWell();
  return session;
};

/**
 * Sets a user's password; null takes it away. Ends their sessions and links but for `keepSession`. A password that is the
 * same already changes nothing. Throws `access.no-user` and `access.weak-password`.
 */
export const setPassword = async (
  ports: AccessPorts,
  userId: string,
  { password, keepSession }: { password: string | null; keepSession?: string | undefined },
): Promise<void> => {
  const user = await findUser(ports.db, userId);
  if (!user) throw new AppError('denied', 'access.no-user', 'There is no such user');
  const found = await findPasswordHash(ports.db, user.email);
  if (password !== null && found?.hash && (await verifyPassword(password, found.hash))) return;
  const hash = password === null ? null : await hashPassword(password, ports.random);
  await ports.db.write(async (tx) => {
    await storePasswordHash(ports, tx, { userId, hash });
    await revokeSessions(ports, tx, { userId, except: keepSession });
  });
};
