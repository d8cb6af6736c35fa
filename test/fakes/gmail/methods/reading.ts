import type { ApiCall } from '#test/fakes/gmail/api/api-call.ts';
import { ApiError, invalid, notFound } from '#test/fakes/gmail/api/api-error.ts';
import { countOf, flagOf, pageToken, placeOf } from '#test/fakes/gmail/api/parameters.ts';
import { METADATA, READS_CONTENT } from '#test/fakes/gmail/api/scopes.ts';
import type { MailItem } from '#test/fakes/gmail/mailbox/mail-item.ts';
import { isOlder, type Place } from '#test/fakes/gmail/mailbox/time-order.ts';
import { partById, servedBytes } from '#test/fakes/gmail/mime/payload.ts';
import { search } from '#test/fakes/gmail/query/search.ts';
import { formatOf, messageJson, partOfAttachmentId } from './message-json.ts';

const ID = /^[0-9a-f]{1,16}$/;

/** The message of that id as the caller may see it. Throws the service's 400 or 404. */
export const itemOf = (call: ApiCall, id: string | undefined): MailItem => {
  if (!id || !ID.test(id)) throw invalid('Invalid id value');
  const item = call.user.mailbox.item(id);
  if (!item || item.arrivedMs > call.viewMs) throw notFound();
  return item;
};

const LAG_STEPS = 4_096;

/** How long the search index takes to know the message. The last digits of an id are as good as chance. */
const lagOf = ({ world }: ApiCall, item: MailItem): number => {
  const { searchLagMs, searchLagVaries } = world.behaviour;
  if (!searchLagVaries) return searchLagMs;
  return (searchLagMs * (Number.parseInt(item.id.slice(-3), 16) % LAG_STEPS)) / LAG_STEPS;
};

/** The hits of a list call, a page of them, and the token of the next. Of a thread all of them, or only the newest. */
export const hitsOf = (
  call: ApiCall,
  onePerThread = false,
): { hits: MailItem[]; next: string | undefined } => {
  const { query, user, world } = call;
  const q = query.get('q') ?? '';
  if (q && call.scopes.has(METADATA) && !READS_CONTENT.some((one) => call.scopes.has(one))) {
    throw new ApiError({
      code: 403,
      reason: 'forbidden',
      message: "Metadata scope does not support 'q' parameter",
    });
  }
  const labelIds = query.getAll('labelIds');
  for (const id of labelIds) if (!user.mailbox.labels.has(id)) throw invalid(`Invalid label: ${id}`);
  const question = [q, ...labelIds, query.get('includeSpamTrash') ?? ''].join('\n');
  const after = placeOf(query, question) as Place | undefined;
  const most = countOf(query, 100);
  const hits: MailItem[] = [];
  const seenUntilMs = Math.min(call.viewMs, world.clock.ms());
  const found = search({
    mailbox: user.mailbox,
    q,
    labelIds,
    includeSpamTrash: flagOf(query, 'includeSpamTrash'),
    nowMs: world.clock.ms(),
    isHidden: (item) => item.arrivedMs + (q ? lagOf(call, item) : 0) > seenUntilMs,
    // The newest hit of a thread may stand on an earlier page, so threads are looked through from the top.
    ...(after && !onePerThread ? { after } : {}),
  });
  const threads = new Set<string>();
  for (const item of found) {
    if (onePerThread) {
      if (threads.has(item.threadId)) continue;
      threads.add(item.threadId);
      if (after && !isOlder(item, after)) continue;
    }
    const last = hits.at(-1);
    if (hits.length === most && last) {
      return { hits, next: pageToken({ internalMs: last.internalMs, id: last.id }, question) };
    }
    hits.push(item);
  }
  return { hits, next: undefined };
};

export const listMessages = (call: ApiCall): unknown => {
  const { hits, next } = hitsOf(call);
  return {
    ...(hits.length > 0 ? { messages: hits.map(({ id, threadId }) => ({ id, threadId })) } : {}),
    ...(next ? { nextPageToken: next } : {}),
    // An estimate, as its name says: never to be counted on.
    resultSizeEstimate: next ? hits.length + 1 : hits.length,
  };
};

export const getMessage = (call: ApiCall): unknown =>
  messageJson(call, itemOf(call, call.ids[0]), formatOf(call));

export const getAttachment = (call: ApiCall): unknown => {
  const item = itemOf(call, call.ids[0]);
  const partId = partOfAttachmentId(call.ids[1] ?? '', item);
  const part = partId === undefined ? undefined : partById(item.root(), partId);
  if (!part) throw invalid('Invalid attachment token');
  const bytes = servedBytes(part);
  return { size: bytes.length, data: bytes.toString('base64url') };
};

export const listThreads = (call: ApiCall): unknown => {
  const { hits, next } = hitsOf(call, true);
  const threads = hits.map((item) => ({
    id: item.threadId,
    snippet: item.snippet(),
    historyId: String(item.historyId),
  }));
  return {
    ...(threads.length > 0 ? { threads } : {}),
    ...(next ? { nextPageToken: next } : {}),
    resultSizeEstimate: threads.length,
  };
};

/** The messages of a thread, oldest first. */
export const threadOf = (call: ApiCall): MailItem[] => {
  const items = call.user.mailbox.thread(call.ids[0] ?? '').filter((one) => one.arrivedMs <= call.viewMs);
  if (items.length === 0) throw notFound();
  return items;
};

export const getThread = (call: ApiCall): unknown => {
  const items = threadOf(call);
  const format = formatOf(call);
  if (format === 'raw') throw invalid('Invalid value for format: raw is not supported for threads');
  const newest = items.reduce((a, b) => (a.historyId > b.historyId ? a : b));
  return {
    id: call.ids[0],
    historyId: String(newest.historyId),
    messages: items.map((item) => messageJson(call, item, format)),
  };
};

export const getProfile = ({ user }: ApiCall): unknown => ({
  emailAddress: user.email,
  messagesTotal: user.mailbox.size,
  threadsTotal: user.mailbox.threadCount,
  historyId: String(user.mailbox.history.current()),
});
