import type { ApiCall } from '#test/fakes/gmail/api/api-call.ts';
import { ApiError, invalid } from '#test/fakes/gmail/api/api-error.ts';
import { METADATA, READS_CONTENT } from '#test/fakes/gmail/api/scopes.ts';
import type { MailItem } from '#test/fakes/gmail/mailbox/mail-item.ts';
import type { HeaderLine } from '#test/fakes/gmail/mime/header-lines.ts';
import type { Part } from '#test/fakes/gmail/mime/part.ts';
import { payloadOf, shownHeaders } from '#test/fakes/gmail/mime/payload.ts';

export const FORMATS = ['minimal', 'full', 'raw', 'metadata'] as const;
export type Format = (typeof FORMATS)[number];

/** The wanted format, refused where only the metadata scope was given. */
export const formatOf = (call: ApiCall): Format => {
  const text = (call.query.get('format') ?? 'full').toLowerCase();
  const format = FORMATS.find((one) => one === text);
  if (!format) throw invalid(`Invalid value at 'format', "${text}"`);
  const onlyMetadata = call.scopes.has(METADATA) && !READS_CONTENT.some((one) => call.scopes.has(one));
  if (onlyMetadata && (format === 'full' || format === 'raw')) {
    throw new ApiError({
      code: 403,
      reason: 'forbidden',
      message: `Metadata scope doesn't allow format ${format.toUpperCase()}`,
    });
  }
  return format;
};

/** Ids of attachments differ from answer to answer; each is good for its message only. */
export const attachmentIdOf = (call: ApiCall, item: MailItem, partId: string): string =>
  `ANGjdJ${Buffer.from(`${call.world.random.hex(16)}:${item.id}:${partId}`).toString('base64url')}`;

export const partOfAttachmentId = (attachmentId: string, item: MailItem): string | undefined => {
  if (!attachmentId.startsWith('ANGjdJ')) return undefined;
  const [, id, partId] = Buffer.from(attachmentId.slice(6), 'base64url').toString('utf8').split(':');
  return id === item.id ? partId : undefined;
};

const chosenHeaders = (call: ApiCall, headers: readonly HeaderLine[]): HeaderLine[] => {
  const wanted = [...call.query.getAll('metadataHeaders'), ...call.query.getAll('metadataHeaders[]')];
  const names = new Set(wanted.map((one) => one.toLowerCase()));
  const kept = names.size === 0 ? headers : headers.filter(({ name }) => names.has(name.toLowerCase()));
  return shownHeaders(kept, call.world.behaviour.decodesHeaders);
};

const contentJson = (call: ApiCall, item: MailItem, root: Part, format: Format): Record<string, unknown> => {
  if (format === 'raw') return { raw: item.raw().toString('base64url') };
  if (format === 'metadata') {
    return { payload: { mimeType: root.mimeType, headers: chosenHeaders(call, root.headers) } };
  }
  const { decodesHeaders, inlineTextBytes } = call.world.behaviour;
  return {
    payload: payloadOf(root, {
      attachmentId: (partId) => attachmentIdOf(call, item, partId),
      decodeHeaders: decodesHeaders,
      inlineTextBytes,
    }),
  };
};

/** A message as users.messages.get answers it. */
export const messageJson = (call: ApiCall, item: MailItem, format: Format): Record<string, unknown> => {
  const { labels, historyId } = item.stateAt(call.viewMs);
  const root = format === 'minimal' ? undefined : item.root();
  return {
    id: item.id,
    threadId: item.threadId,
    ...(labels.length > 0 ? { labelIds: labels } : {}),
    snippet: item.snippet(root),
    ...(root ? contentJson(call, item, root, format) : {}),
    sizeEstimate: item.sizeBytes(),
    historyId: String(historyId),
    internalDate: String(item.internalMs),
  };
};

/** What changing methods answer: the ids and the labels. */
export const briefJson = (item: MailItem): Record<string, unknown> => ({
  id: item.id,
  threadId: item.threadId,
  ...(item.labels.size > 0 ? { labelIds: [...item.labels] } : {}),
});
