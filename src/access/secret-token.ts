import { createHash, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Random } from '#std/random.ts';

const TOKEN_BYTES = 32;

/** 256 random bits as 43 characters that are safe in URLs, cookies and files. */
export const newToken = (random: Random): string =>
  Buffer.from(random.bytes(TOKEN_BYTES)).toString('base64url');

/** What is stored in place of a token. */
export type TokenHash = (token: string) => string;

/**
 * HMAC-SHA-256 with a secret of this installation: whoever reads the database can't use what is in it, and whoever writes
 * to it can't make a session. The tokens are random, so nothing slower is needed.
 */
export const tokenHashWith = (serverSecret: string): TokenHash => {
  const key = Buffer.from(hkdfSync('sha256', serverSecret, '', 'ashford token hash', TOKEN_BYTES));
  return (token) => createHmac('sha256', key).update(token).digest('hex');
};

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Whether two secrets are the same, in a time that tells nothing of where they differ. */
export const sameSecret = (a: string, b: string): boolean => timingSafeEqual(digest(a), digest(b));
