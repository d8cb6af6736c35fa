import { createHash } from 'node:crypto';
import { z } from 'zod';
import { canonical } from '#actions/action.ts';
import { AppError } from '#std/errors.ts';
import { type Instant, toInstant, toMs } from '#std/time.ts';
import { id, instantInput } from './shapes/base.ts';

/** Which actions a bulk undo is about. */
export const undoFilterShape = z
  .strictObject({
    actionIds: z.array(id).min(1).max(10_000).optional(),
    ruleId: id.optional(),
    decisionId: id.optional(),
    accountId: id.optional(),
    since: instantInput.optional(),
    until: instantInput.optional(),
  })
  .refine((f) => Object.keys(f).some((key) => key !== 'previewId'), {
    message: 'say what to undo: everything would be too much',
  });
export type UndoRequest = z.output<typeof undoFilterShape>;

const digest = (filter: UndoRequest): string =>
  createHash('sha256')
    .update(JSON.stringify(canonical(filter)))
    .digest('base64url')
    .slice(0, 16);

/** Names what a preview showed: the filter, and the moment after which nothing was seen. */
export const previewId = (filter: UndoRequest, until: string): string =>
  `${toMs(until).toString(36)}.${digest(filter)}`;

/** The moment of the preview. Throws `actions.preview-stale` when it was for another filter. */
export const readPreview = (filter: UndoRequest, shown: string): Instant => {
  const [at = '', of] = shown.split('.');
  const ms = Number.parseInt(at, 36);
  if (of === digest(filter) && Number.isSafeInteger(ms)) return toInstant(ms);
  throw new AppError('conflict', 'actions.preview-stale', 'The preview was for something else', {
    help: 'Look at the preview again, then undo.',
  });
};
