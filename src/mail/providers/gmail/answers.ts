import { z } from 'zod';

/** What the API answers, as far as it is used. Source: developers.google.com/workspace/gmail/api/reference/rest/v1. */

const id = z.string().regex(/^[0-9a-f]{10,20}$/);
const historyId = z.union([z.string().regex(/^[0-9]{1,30}$/), z.int().nonnegative().transform(String)]);
const labelIds = z.array(z.string().max(400)).default([]);
const count = z.number().nonnegative();

export const profile = z.object({
  emailAddress: z.string().max(1_000),
  messagesTotal: count.optional(),
  historyId,
});

const label = z.object({ id: z.string().max(400), name: z.string().max(1_000), type: z.string().optional() });
export type LabelAnswer = z.output<typeof label>;
export const labelAnswer = label;
export const labelList = z.object({ labels: z.array(label).default([]) });

export const labelCounts = z.object({ id: z.string(), messagesTotal: count.default(0) });

export const messageList = z.object({
  messages: z.array(z.object({ id, threadId: id })).default([]),
  nextPageToken: z.string().min(1).optional(),
  resultSizeEstimate: count.optional(),
});

const header = z.object({ name: z.string(), value: z.string().default('') });
export type HeaderAnswer = z.output<typeof header>;

export interface PartAnswer {
  partId?: string | undefined;
  mimeType: string;
  filename: string;
  headers: HeaderAnswer[];
  body: { size: number; data?: string | undefined; attachmentId?: string | undefined };
  parts: PartAnswer[];
}

/** Levels are counted where parts are put together: this one is as deep as the answer is. */
const part: z.ZodType<PartAnswer> = z.lazy(() =>
  z.object({
    partId: z.string().optional(),
    mimeType: z.string().default('text/plain'),
    filename: z.string().default(''),
    headers: z.array(header).default([]),
    body: z
      .object({ size: count.default(0), data: z.string().optional(), attachmentId: z.string().optional() })
      .default({ size: 0 }),
    parts: z.array(part).default([]),
  }),
);

/** A message without its content, as a change answers it too. */
export const minimal = z.object({ id, threadId: id, labelIds });

const dated = {
  id,
  threadId: id,
  labelIds,
  /** The last record of the history that touched the message. */
  historyId: historyId.optional(),
  /** Milliseconds since 1970, as text. */
  internalDate: z.string().regex(/^-?[0-9]{1,15}$/),
  sizeEstimate: count.default(0),
};

/** A message without its content, and when it came: `format=minimal`. */
export const brief = z.object(dated);

export const full = z.object({ ...dated, payload: part });
export type FullAnswer = z.output<typeof full>;

export const metadata = z.object({
  ...dated,
  payload: z.object({ headers: z.array(header).default([]) }).default({ headers: [] }),
});

export type MetadataAnswer = z.output<typeof metadata>;
export const threadAnswer = z.object({ messages: z.array(metadata).default([]) });

export const rawAnswer = z.object({ ...dated, raw: z.string() });
export const attachmentAnswer = z.object({ size: count.optional(), data: z.string() });

const touched = z.object({
  message: z.object({ id, threadId: id.optional(), labelIds: labelIds.optional() }),
});
const relabelled = z.object({ message: z.object({ id }), labelIds });

const record = z.object({
  id: historyId,
  messagesAdded: z.array(touched).default([]),
  messagesDeleted: z.array(touched).default([]),
  labelsAdded: z.array(relabelled).default([]),
  labelsRemoved: z.array(relabelled).default([]),
});
export type HistoryRecord = z.output<typeof record>;

export const historyList = z.object({
  history: z.array(record).default([]),
  nextPageToken: z.string().min(1).optional(),
  historyId: historyId.optional(),
});

export const draft = z.object({
  id: z.string().max(400),
  message: z.object({ id, threadId: id.optional() }),
});
export const draftList = z.object({
  drafts: z.array(draft).default([]),
  nextPageToken: z.string().min(1).optional(),
});

export const watchAnswer = z.object({ historyId, expiration: z.coerce.string().regex(/^[0-9]{1,15}$/) });
