import { AppError } from '#std/errors.ts';

/** Ids of messages, threads and history as the API writes them. */
const MESSAGE_ID = /^[0-9a-f]{10,20}$/;
const HISTORY_ID = /^[0-9]{1,30}$/;
/** Ids of drafts (`r-123`), labels (`Label_12`, `INBOX`) and attachments. */
const OPAQUE_ID = /^[\w-]{1,2000}$/;

/** Anything else is never put into a URL or a batch: it could ask for something else. */
export const isMessageId = (id: string): boolean => MESSAGE_ID.test(id);

export const isHistoryId = (id: string): boolean => HISTORY_ID.test(id);

/** The id, as it may stand in a URL. Throws when it is none. */
export const opaqueId = (id: string): string => {
  if (!OPAQUE_ID.test(id)) throw new AppError('permanent', 'mail.bad-id', 'That is no id of Gmail');
  return id;
};

export const messageId = (id: string): string => {
  if (!isMessageId(id)) throw new AppError('permanent', 'mail.bad-id', 'That is no id of Gmail');
  return id;
};

/** The later of two history ids: they grow past what a number can hold. */
export const laterHistory = (a: string, b: string): string => (BigInt(a) >= BigInt(b) ? a : b);
