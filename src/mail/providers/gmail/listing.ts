import { GMAIL_LIST_PAGE } from '#config/limits-gmail.ts';
import type { Lane, ListOptions, Surveyed } from '#mail/port.ts';
import { AppError, isAppError } from '#std/errors.ts';
import { type Instant, toMs } from '#std/time.ts';
import { labelCounts, labelList, messageList, profile } from './answers.ts';
import type { Rest } from './rest.ts';
import { isOurs, stateOf } from './state.ts';

interface Query {
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
const afterQuery = (since: Instant | null | undefined): string | undefined =>
  since ? `after:${Math.max(0, Math.floor(toMs(since) / 1_000) - 1)}` : undefined;

/** One page, newest first. Throws `mail.page-expired` when Gmail no longer knows the page. */
export const list = async (
  rest: Rest,
  o: { page: string | null; limit: number } & ListOptions,
): Promise<{ ids: string[]; next: string | null; total?: number }> => {
  const q = afterQuery(o.since);
  const query: Query = { page: o.page ?? undefined, limit: o.limit, q, lane: o.lane };
  const answer = await knownPage(o.page, listPage(rest, query));
  const ids = answer.messages.map((message) => message.id);
  const next = answer.nextPageToken ?? null;
  if (o.page !== null) return { ids, next };
  if (next === null) return { ids, next, total: ids.length };
  // Gmail's own estimate stops at some hundred; of the whole mailbox it knows the number.
  const total =
    q === undefined
      ? (await rest.ask({ method: 'getProfile', verb: 'GET', path: '/profile', lane: o.lane }, profile))
          .messagesTotal
      : answer.resultSizeEstimate;
  return total === undefined || total < ids.length ? { ids, next } : { ids, next, total };
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

async function* pages(rest: Rest, o: Omit<Query, 'page'>): AsyncGenerator<string[]> {
  let page: string | undefined;
  do {
    const answer = await listPage(rest, { ...o, page });
    yield answer.messages.map((message) => message.id);
    page = answer.nextPageToken;
  } while (page !== undefined);
}

/**
 * Every message with its state, without reading a single one: first which messages have which label, then all of them. Of
 * the two labels that may be on most mail, the mail without them is listed where that is shorter.
 */
export async function* survey(
  rest: Rest,
  o: { since: Instant | null; limit: number; lane?: Lane | undefined },
): AsyncGenerator<Surveyed[]> {
  const q = afterQuery(o.since);
  const labelled = await labelsOfMessages(rest, q, o.lane);
  const told = new Set<string>();
  for await (const ids of pages(rest, { limit: GMAIL_LIST_PAGE, q, lane: o.lane })) {
    const fresh = ids.filter((id) => told.size !== told.add(id).size);
    for (let at = 0; at < fresh.length; at += o.limit) {
      yield fresh.slice(at, at + o.limit).map((id) => ({ id, state: stateOf(labelled(id)) }));
    }
  }
}

/** Labels that may be on most mail, each with the query for the mail without it. */
const WITHOUT: Readonly<Record<string, string>> = { INBOX: '-in:inbox', UNREAD: '-is:unread' };

interface Group {
  label: string;
  ids: Set<string>;
  /** `ids` are those that lack the label. */
  inverted: boolean;
}

const labelsOfMessages = async (
  rest: Rest,
  q: string | undefined,
  lane: Lane | undefined,
): Promise<(id: string) => string[]> => {
  const { labels } = await rest.ask({ method: 'labels.list', verb: 'GET', path: '/labels', lane }, labelList);
  const shown = labels.map(({ id }) => id).filter((id) => isOurs(id) || id === 'UNREAD' || id === 'STARRED');
  const groups: Group[] = [];
  for (const label of shown) {
    const without = WITHOUT[label];
    const inverted = without !== undefined && (await isOnMost(rest, label, lane));
    const terms = inverted ? [without, q] : [q];
    const query = terms.filter((term) => term !== undefined).join(' ');
    const ids = new Set<string>();
    const listed = pages(rest, {
      limit: GMAIL_LIST_PAGE,
      lane,
      q: query === '' ? undefined : query,
      ...(inverted ? {} : { labelId: label }),
    });
    for await (const page of listed) for (const id of page) ids.add(id);
    if (inverted || ids.size > 0) groups.push({ label, ids, inverted });
  }
  return (id) => groups.filter(({ ids, inverted }) => ids.has(id) !== inverted).map(({ label }) => label);
};

const isOnMost = async (rest: Rest, label: string, lane: Lane | undefined): Promise<boolean> => {
  const { messagesTotal: all = 0 } = await rest.ask(
    { method: 'getProfile', verb: 'GET', path: '/profile', lane },
    profile,
  );
  const { messagesTotal: some } = await rest.ask(
    { method: 'labels.get', verb: 'GET', path: `/labels/${label}`, lane },
    labelCounts,
  );
  return some > all / 2;
};
