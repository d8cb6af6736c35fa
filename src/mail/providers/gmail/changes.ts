import { GMAIL_EMPTY_PAGES, GMAIL_LIST_PAGE, GMAIL_SEEN_RECORDS } from '#config/limits-gmail.ts';
import { isEmptyPatch } from '#mail/patch.ts';
import type { ChangePage, MailChange } from '#mail/port.ts';
import { type HistoryRecord, historyList, profile } from './answers.ts';
import { isGone } from './errors.ts';
import { isHistoryId, laterHistory } from './ids.ts';
import { unlessGone, unlessTooLarge } from './reading.ts';
import type { Rest } from './rest.ts';
import { patchOf } from './state.ts';

/** The present history id of the mailbox. */
export const currentHistory = async (rest: Rest): Promise<string> =>
  (await rest.ask({ method: 'getProfile', verb: 'GET', path: '/profile' }, profile)).historyId;

/**
 * One page of the history after `cursor`. Its cursor is the last record's id while there is more, since Gmail's page tokens
 * are not kept; only the last page moves on to the present id. It never goes back.
 * Source: users.history.list; a cursor that is too old, or no history id at all, is answered 404.
 */
export const changesSince = async (
  rest: Rest,
  cursor: string,
  limit: number,
): Promise<ChangePage | { expired: true }> => {
  if (!isHistoryId(cursor)) return { expired: true };
  try {
    const records = await recordsAfter(rest, cursor, limit);
    if (records === null || (await isBehind(rest, cursor, records))) return { expired: true };
    return pageOf(cursor, limit, records);
  } catch (e) {
    if (isGone(e)) return { expired: true };
    throw e;
  }
};

/**
 * Whether the history is certain to tell of no change of the message since. What is a long way back is not looked through.
 */
export const isUnchanged = async (rest: Rest, id: string, since: string): Promise<boolean> => {
  const query = { startHistoryId: since, maxResults: GMAIL_SEEN_RECORDS };
  const asked = rest.ask({ method: 'history.list', verb: 'GET', path: '/history', query }, historyList);
  const page = await unlessGone(asked);
  if (page?.historyId === undefined || page.nextPageToken !== undefined) return false;
  // A server that lags behind knows less than we do.
  if (BigInt(page.historyId) < BigInt(since)) return false;
  return !page.history.some((record) => changesOf(record).some((change) => change.id === id));
};

interface Records {
  history: HistoryRecord[];
  more: boolean;
  historyId: string | undefined;
}

/**
 * Whether the mailbox stands before the cursor: it was put back to an earlier state, and new changes would get ids that we
 * take for old. One answer alone may come from a server that lags behind.
 */
const isBehind = async (rest: Rest, cursor: string, o: Records): Promise<boolean> => {
  const { history, historyId } = o;
  if (history.length > 0 || historyId === undefined || BigInt(historyId) >= BigInt(cursor)) return false;
  return BigInt(await currentHistory(rest)) < BigInt(cursor);
};

/** The first page that holds anything, or the last one. null: there is no end of pages that hold nothing. */
const recordsAfter = async (rest: Rest, cursor: string, limit: number): Promise<Records | null> => {
  let pageToken: string | undefined;
  for (let pages = 0; pages < GMAIL_EMPTY_PAGES; pages++) {
    const { history, nextPageToken, historyId } = await historyPage(rest, { cursor, limit, pageToken });
    if (history.length > 0 || nextPageToken === undefined) {
      return { history: history.toSorted(byId), more: nextPageToken !== undefined, historyId };
    }
    pageToken = nextPageToken;
  }
  return null;
};

/** One record may tell of very many messages: a page that is too large to be taken is asked for with fewer records. */
const historyPage = async (
  rest: Rest,
  o: { cursor: string; limit: number; pageToken: string | undefined },
) => {
  const page = (maxResults: number) =>
    rest.ask(
      {
        method: 'history.list',
        verb: 'GET',
        path: '/history',
        query: { startHistoryId: o.cursor, maxResults, pageToken: o.pageToken },
      },
      historyList,
    );
  for (let most = Math.min(o.limit, GMAIL_LIST_PAGE); most > 1; most = Math.ceil(most / 10)) {
    const answer = await unlessTooLarge(page(most));
    if (answer) return answer;
  }
  return page(1);
};

const byId = (a: HistoryRecord, b: HistoryRecord): number => {
  const difference = BigInt(a.id) - BigInt(b.id);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
};

const pageOf = (cursor: string, limit: number, o: Records): ChangePage => {
  const changes: MailChange[] = [];
  let reached = cursor;
  for (const record of o.history) {
    const told = changesOf(record);
    // A record is never told by half: the cursor could not say where to go on.
    if (changes.length > 0 && changes.length + told.length > limit) {
      return { changes: settled(changes), cursor: reached, more: true };
    }
    changes.push(...told);
    reached = laterHistory(reached, record.id);
  }
  const moved = reached !== cursor;
  const end = o.more ? reached : laterHistory(reached, o.historyId ?? reached);
  // Pages of nothing that say there is more would be asked for without an end.
  return { changes: settled(changes), cursor: end, more: o.more && moved };
};

/** In the order in which things happen to one message: it comes, is labelled, goes. */
const changesOf = (record: HistoryRecord): MailChange[] => [
  ...record.messagesAdded.map(({ message }): MailChange => ({ kind: 'added', id: message.id })),
  ...record.labelsAdded.map(
    ({ message, labelIds }): MailChange => ({
      kind: 'patched',
      id: message.id,
      patch: patchOf('added', labelIds),
    }),
  ),
  ...record.labelsRemoved.map(
    ({ message, labelIds }): MailChange => ({
      kind: 'patched',
      id: message.id,
      patch: patchOf('removed', labelIds),
    }),
  ),
  ...record.messagesDeleted.map(({ message }): MailChange => ({ kind: 'gone', id: message.id })),
];

/**
 * What is new is fetched with the state that it has then, so what else happened to it on this page is left out; what went
 * is only told as gone.
 */
const settled = (changes: readonly MailChange[]): MailChange[] => {
  const gone = new Set(changes.flatMap((c) => (c.kind === 'gone' ? [c.id] : [])));
  const added = new Set<string>();
  const told = new Set<string>();
  return changes.filter((change) => {
    if (change.kind === 'gone') return told.size !== told.add(change.id).size;
    if (gone.has(change.id)) return false;
    // What happened to labels that are not ours is nothing.
    if (change.kind === 'patched' && isEmptyPatch(change.patch)) return false;
    if (change.kind !== 'added') return !added.has(change.id);
    return added.size !== added.add(change.id).size;
  });
};
