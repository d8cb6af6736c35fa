import { z } from 'zod';
import { AppError } from '#std/errors.ts';

/** What a list hands out as `next`: opaque to clients, checked when it comes back. */
export const encodeCursor = (value: unknown): string =>
  Buffer.from(JSON.stringify(value)).toString('base64url');

/** null without a cursor. Throws `http.bad-cursor`. */
export const decodeCursor = <T>(schema: z.ZodType<T>, cursor: string | undefined): T | null => {
  if (cursor === undefined) return null;
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch (cause) {
    throw new AppError('input', 'http.bad-cursor', 'The cursor is not one that this list gave out', {
      help: 'Start again from the first page.',
      cause,
    });
  }
};

const idCursor = z.string().min(1).max(100);

/** For lists in the order of ids: rows were asked for one more than `limit`, to know whether there are more. */
export const idPage = <T extends { id: string }>(
  rows: readonly T[],
  limit: number,
): { rows: T[]; next: string | null } => {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { rows: page, next: rows.length > limit && last ? encodeCursor(last.id) : null };
};

/** The id that a page ended with. */
export const afterId = (cursor: string | undefined): string | undefined =>
  decodeCursor(idCursor, cursor) ?? undefined;
