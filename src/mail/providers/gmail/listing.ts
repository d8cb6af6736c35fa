import { GMAIL_LIST_PAGE } from '#config/limits-gmail.ts';
import type { Lane, ListOptions, Surveyed } from '#mail/port.ts';
import { AppError, isAppError } from '#std/errors.ts';
import { type Instant, toMs } from '#std/time.ts';
import { messageList, profile } from './answers.ts';
import { briefly } from './reading.ts';
import type { Rest } from './rest.ts';
import { stateOf } from './state.ts';

export interface Query {
  page?: string | undefined;
  limit: number;
  q?: string | undefined;
  labelId?: string;
  lane?: Lane | undefined;
}

const listPage = (rest: Rest, o: Query) =>
  rest.ask(
    {
      method: 'messages.list',
      verb: 'GET',
      path: '/messages',
      query: {
        maxResults: Math.min(o.limit, GMAIL_LIST_PAGE),
        // Mail in spam and in the trash is mail too.
        includeSpamTrash: 'true',
        pageToken: o.page,
        q: o.q,
        labelIds: o.labelId,
      },
      lane: o.lane,
    },
    messageList,
  );

/** Gmail reckons in seconds; one is added so that none is missed. */
export const afterQuery = (since: Instant | null | undefined): string | undefined =>
  since ? `after:${Math.max(0, Math.floor(toMs(since) / 1_000) - 1)}` : undefined;

/** Every id that a query gives, page by page. */
export async function* pages(rest: Rest, o: Omit<Query, 'page' | 'limit'>): AsyncGenerator<string[]> {
  let page: string | undefined;
  do {
    const answer = await listPage(rest, { ...o, limit: GMAIL_LIST_PAGE, page });
    yield answer.messages.map((message) => message.id);
    page = answer.nextPageToken;
  } while (page !== undefined);
}

/**
 * What came since, and a search did not find: it may not know yet what has just come, while a list without a search does.
 * That list is read from its top, and what the search `found` of it is passed over, so where nothing lags it costs one
 * page, and one message where the search found less than a page.
 */
export const notYetFound = async (
  rest: Rest,
  o: { since: Instant; found: ReadonlySet<string>; limit: number; lane: Lane | undefined },
): Promise<Surveyed[]> => {
  const { messages } = await listPage(rest, { limit: o.limit, lane: o.lane });
  const missed: Surveyed[] = [];
  for (const { id } of messages) {
    if (o.found.has(id)) continue;
    const message = await briefly(rest, id, o.lane);
    if (message === null) continue;
    if (Number(message.internalDate) < toMs(o.since)) break;
    missed.push({ id, state: stateOf(message.labelIds) });
  }
  return missed;
};

/** One page, newest first; the first one may hold a few more than asked. Throws `mail.page-expired` when Gmail no longer knows the page. */
export const list = async (
  rest: Rest,
  o: { page: string | null; limit: number } & ListOptions,
): Promise<{ ids: string[]; next: string | null; total?: number }> => {
  const q = afterQuery(o.since);
  const query: Query = { page: o.page ?? undefined, limit: o.limit, q, lane: o.lane };
  const answer = await knownPage(o.page, listPage(rest, query));
  const found = answer.messages.map((message) => message.id);
  const next = answer.nextPageToken ?? null;
  if (o.page !== null) return { ids: found, next };
  const ids = [...(await lateOnes(rest, found, o)), ...found];
  if (next === null) return { ids, next, total: ids.length };
  // Gmail's own estimate stops at some hundred; of the whole mailbox it knows the number.
  const total =
    q === undefined
      ? (await rest.ask({ method: 'getProfile', verb: 'GET', path: '/profile', lane: o.lane }, profile))
          .messagesTotal
      : answer.resultSizeEstimate;
  return total === undefined || total < ids.length ? { ids, next } : { ids, next, total };
};

const lateOnes = async (
  rest: Rest,
  found: readonly string[],
  o: { limit: number } & ListOptions,
): Promise<string[]> => {
  if (!o.since) return [];
  const wish = { since: o.since, found: new Set(found), limit: o.limit, lane: o.lane };
  return (await notYetFound(rest, wish)).map(({ id }) => id);
};

const knownPage = async <T>(page: string | null, work: Promise<T>): Promise<T> => {
  try {
    return await work;
  } catch (e) {
    if (page === null || !isAppError(e, 'mail.bad-request')) throw e;
    throw new AppError('conflict', 'mail.page-expired', 'Gmail no longer knows this page of the list', {
      help: 'Begin at the first page again.',
      cause: e,
    });
  }
};
