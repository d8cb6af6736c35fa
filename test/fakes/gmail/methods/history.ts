import type { ApiCall } from '#test/fakes/gmail/api/api-call.ts';
import { invalid, notFound } from '#test/fakes/gmail/api/api-error.ts';
import { countOf, pageToken, placeOf } from '#test/fakes/gmail/api/parameters.ts';
import { HISTORY_TYPES, type HistoryRecord } from '#test/fakes/gmail/mailbox/history-log.ts';

const recordJson = (record: HistoryRecord, showsLabels: boolean): Record<string, unknown> => {
  const brief = { id: record.messageId, threadId: record.threadId };
  const message =
    showsLabels && record.labelsAfter.length > 0 ? { ...brief, labelIds: record.labelsAfter } : brief;
  const changed = { message, labelIds: record.labels };
  const detail = {
    messageAdded: { messagesAdded: [{ message }] },
    messageDeleted: { messagesDeleted: [{ message }] },
    labelAdded: { labelsAdded: [changed] },
    labelRemoved: { labelsRemoved: [changed] },
  }[record.type];
  return { id: String(record.id), messages: [brief], ...detail };
};

const wantedTypes = (query: URLSearchParams): ReadonlySet<string> => {
  const names = [...query.getAll('historyTypes'), ...query.getAll('historyTypes[]')];
  for (const name of names) {
    if (!HISTORY_TYPES.some((one) => one === name))
      throw invalid(`Invalid value at 'history_types', "${name}"`);
  }
  return new Set(names.length > 0 ? names : HISTORY_TYPES);
};

/** users.history.list: what changed after an id, oldest first. */
export const listHistory = (call: ApiCall): unknown => {
  const { query, user, world } = call;
  const { history } = user.mailbox;
  const start = query.get('startHistoryId');
  if (start === null || !/^\d+$/.test(start)) throw invalid('Missing or invalid startHistoryId');
  const startId = BigInt(start);
  if (!history.isGood(startId, world.clock.ms() - world.behaviour.historyKeepMs)) throw notFound();
  const types = wantedTypes(query);
  const labelId = query.get('labelId');
  const question = [start, ...types, labelId ?? ''].join('\n');
  const place = placeOf(query, question) as string | undefined;
  const most = countOf(query, 100);
  const found: unknown[] = [];
  let index = history.indexAfter(place === undefined ? startId : BigInt(place));
  let last: HistoryRecord | undefined;
  let next: string | undefined;
  for (let record = history.at(index); record && record.atMs <= call.viewMs; record = history.at(++index)) {
    const fits =
      types.has(record.type) &&
      (labelId === null || [...record.labels, ...record.labelsAfter].includes(labelId));
    if (fits && found.length === most) {
      next = pageToken(String(last?.id), question);
      break;
    }
    last = record;
    if (fits) found.push(recordJson(record, world.behaviour.historyShowsLabels));
  }
  // A stale read also tells a stale id, so that nobody skips what it hides.
  const hidden = history.at(index);
  const told = hidden && hidden.atMs > call.viewMs ? (last?.id ?? startId) : history.current();
  return {
    ...(found.length > 0 ? { history: found } : {}),
    ...(next ? { nextPageToken: next } : {}),
    historyId: String(told),
  };
};
