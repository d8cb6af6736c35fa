import { z } from 'zod';
import { THREAD_MESSAGES } from '#config/limits.ts';
import { decodeCursor, encodeCursor } from '#http/cursor.ts';
import type { HttpPorts } from '#http/ports.ts';
import { defineRoute } from '#http/route.ts';
import { byId, cursor, flagInput, id, limit, page } from '#http/shapes/base.ts';
import { searchHitShape, threadShape, threadSummaryShape } from '#http/shapes/mail.ts';
import { messageViews, threadSummaries } from '#http/views/mail-view.ts';
import { listLabels } from '#mail/label-store.ts';
import { newestOfThread } from '#mail/message-store.ts';
import { parseSearch } from '#mail/search-query.ts';
import { type SearchScope, searchMail, searchThreads } from '#mail/search-store.ts';
import { labelsMeant, listThreads } from '#mail/thread-list.ts';
import { AppError } from '#std/errors.ts';

const timeCursor = z.strictObject({ at: z.string(), id: z.string() });
const searchCursor = z.strictObject({
  top: z.number().int(),
  at: z.string().nullable(),
  id: z.string().nullable(),
});

const next = (place: unknown): string | null => (place === null ? null : encodeCursor(place));

/** What a person typed, with the labels that it names looked up. */
const scopeOf = async (
  app: HttpPorts,
  o: { userId: string; accountId: string | undefined; q: string; label?: string | undefined },
): Promise<SearchScope> => {
  const query = parseSearch(o.q);
  const named = o.label === undefined ? query.labels : [o.label, ...query.labels];
  const known = named.length > 0 ? await listLabels(app.db, { userId: o.userId }) : [];
  const labels = named.map((name) => labelsMeant(known, name));
  return { userId: o.userId, accountId: o.accountId, query, labels };
};

const listRoute = defineRoute({
  method: 'GET',
  path: '/api/threads',
  access: 'read',
  summary: 'Threads, newest first: of a label, an account, or a search.',
  query: z.strictObject({
    label: z
      .string()
      .min(1)
      .max(300)
      .optional()
      .describe('A provider label id, or a role such as `inbox`, which means that label of every account.'),
    accountId: id.optional(),
    q: z.string().max(1_000).optional().describe('A search, as for /api/search.'),
    unread: flagInput.optional(),
    starred: flagInput.optional(),
    cursor,
    limit,
  }),
  output: page(threadSummaryShape),
  handle: async ({ app, who, query }) => {
    const { userId } = who;
    const { accountId, label, unread, starred } = query;
    const flags = unread !== undefined || starred !== undefined;
    const typed = query.q?.trim() ?? '';
    if (typed !== '' || (label === undefined && flags)) {
      const scope = await scopeOf(app, { userId, accountId, q: typed, label });
      if (unread !== undefined) scope.query.unread = unread;
      if (starred !== undefined) scope.query.starred = starred;
      const from = decodeCursor(searchCursor, query.cursor);
      const found = await searchThreads(app.db, scope, { from, limit: query.limit });
      const places = found.hits.map((h) => ({ threadId: h.reveal().threadId }));
      return { items: await threadSummaries(app.db, userId, places), next: next(found.next) };
    }
    const labels = label === undefined ? null : labelsMeant(await listLabels(app.db, { userId }), label);
    const walked = await listThreads(app.db, {
      userId,
      accountId,
      labels,
      only: { unread, starred },
      before: decodeCursor(timeCursor, query.cursor),
      limit: query.limit,
    });
    return { items: await threadSummaries(app.db, userId, walked.places), next: next(walked.next) };
  },
});

const getRoute = defineRoute({
  method: 'GET',
  path: '/api/threads/{id}',
  access: 'read',
  summary: 'A thread with its messages, oldest first; of a very long one the newest messages.',
  params: byId,
  output: threadShape,
  handle: async ({ app, who, params }) => {
    const key = { userId: who.userId, threadId: params.id };
    const mails = await newestOfThread(app.db, key, THREAD_MESSAGES);
    const [first] = mails;
    if (!first) {
      throw new AppError('denied', 'mail.unknown', 'There is no such thread', {
        help: 'Its messages may be gone from the mailbox.',
      });
    }
    const messages = await messageViews(app.db, who.userId, mails);
    return { id: params.id, accountId: first.accountId, subject: first.mail.reveal().subject, messages };
  },
});

const searchRoute = defineRoute({
  method: 'GET',
  path: '/api/search',
  access: 'read',
  summary:
    'Messages with words, "phrases", pre*, from:, to:, subject:, label:, is:unread, is:starred, has:attachment, after:, before:; - leaves out.',
  query: z.strictObject({
    q: z.string().min(1).max(1_000),
    accountId: id.optional(),
    cursor,
    limit,
  }),
  output: page(searchHitShape),
  handle: async ({ app, who, query }) => {
    const scope = await scopeOf(app, { userId: who.userId, accountId: query.accountId, q: query.q });
    const from = decodeCursor(searchCursor, query.cursor);
    const found = await searchMail(app.db, scope, { from, limit: query.limit });
    const items = found.hits.map((hit) => {
      const { id: messageId, threadId, subject, fromName, fromAddress, snippet, receivedAt } = hit.reveal();
      const sender = { name: fromName, address: fromAddress };
      return { messageId, threadId, subject, from: sender, snippet, receivedAt };
    });
    return { items, next: next(found.next) };
  },
});

export const threadRoutes = [listRoute, getRoute, searchRoute];
