import { type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { PASSWORD_MAX_CHARS, PASSWORD_MIN_CHARS } from '#config/limits.ts';
import { AppError } from '#std/errors.ts';
import type { Random } from '#std/random.ts';

/** Cost (OWASP Password Storage Cheat Sheet, scrypt): 2^15 blocks of 8, three times; 32 MiB and about 0.2 s. */
const COST = { ln: 15, r: 8, p: 3 };
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** Costs that a stored hash may ask for, so that a damaged one can't take the machine. */
const MAX_COST = { ln: 17, r: 16, p: 8 };

const derive = (password: string, salt: Buffer, { ln, r, p }: typeof COST): Promise<Buffer> => {
  const options: ScryptOptions = { N: 2 ** ln, r, p, maxmem: 256 * r * 2 ** ln };
  // The same characters can be typed in several ways (NIST SP 800-63B §5.1.1.2).
  const text = password.normalize('NFKC');
  return new Promise((resolve, reject) => {
    scrypt(text, salt, HASH_BYTES, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
};

/** The hash in the PHC string format. Throws `access.weak-password` when the password is too short or too long. */
export const hashPassword = async (password: string, random: Random): Promise<string> => {
  if (password.length < PASSWORD_MIN_CHARS || password.length > PASSWORD_MAX_CHARS) {
    throw new AppError('input', 'access.weak-password', 'The password is too short or too long', {
      help: `Take one of ${PASSWORD_MIN_CHARS} to ${PASSWORD_MAX_CHARS} characters.`,
    });
  }
  const salt = Buffer.from(random.bytes(SALT_BYTES));
  const hash = await derive(password, salt, COST);
  const { ln, r, p } = COST;
  return `$scrypt$ln=${ln},r=${r},p=${p}$${salt.toString('base64url')}$${hash.toString('base64url')}`;
};

const FORMAT = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w-]+)\$([\w-]+)$/;

const parse = (stored: string) => {
  const [, ln, r, p, salt = '', hash = ''] = FORMAT.exec(stored) ?? [];
  const cost = { ln: Number(ln), r: Number(r), p: Number(p) };
  const sane = (['ln', 'r', 'p'] as const).every((key) => cost[key] >= 1 && cost[key] <= MAX_COST[key]);
  const expected = Buffer.from(hash, 'base64url');
  if (!sane || expected.length !== HASH_BYTES) return undefined;
  return { cost, salt: Buffer.from(salt, 'base64url'), expected };
};

const NOBODY = { cost: COST, salt: Buffer.alloc(SALT_BYTES), expected: Buffer.alloc(HASH_BYTES) };

/**
 * Whether the password is the one that was hashed. No hash (nobody of that name, or no password) takes as long and is
 * never right, so that time tells nothing.
 */
export const verifyPassword = async (
  password: string,
  stored: string | null | undefined,
): Promise<boolean> => {
  if (password.length > PASSWORD_MAX_CHARS) return false;
  const parsed = stored ? parse(stored) : undefined;
  const { cost, salt, expected } = parsed ?? NOBODY;
  const same = timingSafeEqual(await derive(password, salt, cost), expected);
  return same && parsed !== undefined;
};
