import {
  batchDelete,
  batchModify,
  deleteMessage,
  deleteThread,
  modifyMessage,
  modifyThread,
  trashMessage,
  trashThread,
  untrashMessage,
  untrashThread,
} from '#test/fakes/gmail/methods/changing.ts';
import {
  createDraft,
  deleteDraft,
  getDraft,
  listDrafts,
  sendDraft,
  updateDraft,
} from '#test/fakes/gmail/methods/drafts.ts';
import { listHistory } from '#test/fakes/gmail/methods/history.ts';
import {
  changeLabel,
  createLabel,
  deleteLabel,
  getLabel,
  listLabels,
} from '#test/fakes/gmail/methods/labels.ts';
import {
  getAttachment,
  getMessage,
  getProfile,
  getThread,
  listMessages,
  listThreads,
} from '#test/fakes/gmail/methods/reading.ts';
import { insertMessage, sendMessage } from '#test/fakes/gmail/methods/sending.ts';
import { stop, watch } from '#test/fakes/gmail/methods/watch.ts';
import type { ApiCall, Route } from './api-call.ts';
import {
  CHANGES,
  CHANGES_LABELS,
  DELETES,
  DRAFTS,
  INSERTS,
  PROFILE,
  READS,
  READS_CONTENT,
  READS_DRAFTS,
  READS_LABELS,
  SEND_AS,
  SENDS,
} from './scopes.ts';

const LIST = ['q', 'labelIds', 'includeSpamTrash', 'maxResults', 'pageToken'] as const;
const GET = ['format', 'metadataHeaders', 'metadataHeaders[]'] as const;
const LABELS = ['addLabelIds', 'removeLabelIds'] as const;
const MESSAGE = [
  'raw',
  'threadId',
  'labelIds',
  'id',
  'payload',
  'snippet',
  'internalDate',
  'sizeEstimate',
  'historyId',
] as const;
const LABEL = [
  'id',
  'name',
  'type',
  'color',
  'messageListVisibility',
  'labelListVisibility',
  'messagesTotal',
  'messagesUnread',
  'threadsTotal',
  'threadsUnread',
] as const;
const HISTORY = [
  'startHistoryId',
  'historyTypes',
  'historyTypes[]',
  'labelId',
  'maxResults',
  'pageToken',
] as const;
const WATCH = ['topicName', 'labelIds', 'labelFilterAction', 'labelFilterBehavior'] as const;
const INSERT_QUERY = ['internalDateSource', 'deleted', 'neverMarkSpam', 'processForCalendar'] as const;

const sendAs = ({ user }: ApiCall): unknown => ({
  sendAs: [
    { sendAsEmail: user.email, displayName: '', isPrimary: true, isDefault: true, treatAsAlias: false },
  ],
});

/** Every method that the fake knows: its path below `users/{userId}/`, who may call it, and what it takes. */
export const ROUTES: readonly Route[] = [
  { method: 'getProfile', http: 'GET', path: 'profile', scopes: PROFILE, handle: getProfile },
  {
    method: 'messages.list',
    http: 'GET',
    path: 'messages',
    scopes: READS,
    query: LIST,
    handle: listMessages,
  },
  { method: 'messages.get', http: 'GET', path: 'messages/*', scopes: READS, query: GET, handle: getMessage },
  {
    method: 'messages.attachments.get',
    http: 'GET',
    path: 'messages/*/attachments/*',
    scopes: READS_CONTENT,
    handle: getAttachment,
  },
  {
    method: 'messages.send',
    http: 'POST',
    path: 'messages/send',
    scopes: SENDS,
    body: MESSAGE,
    handle: sendMessage,
  },
  {
    method: 'messages.insert',
    http: 'POST',
    path: 'messages',
    scopes: INSERTS,
    query: INSERT_QUERY,
    body: MESSAGE,
    handle: insertMessage,
  },
  {
    method: 'messages.import',
    http: 'POST',
    path: 'messages/import',
    scopes: INSERTS,
    query: INSERT_QUERY,
    body: MESSAGE,
    handle: insertMessage,
  },
  {
    method: 'messages.modify',
    http: 'POST',
    path: 'messages/*/modify',
    scopes: CHANGES,
    body: LABELS,
    handle: modifyMessage,
  },
  { method: 'messages.trash', http: 'POST', path: 'messages/*/trash', scopes: CHANGES, handle: trashMessage },
  {
    method: 'messages.untrash',
    http: 'POST',
    path: 'messages/*/untrash',
    scopes: CHANGES,
    handle: untrashMessage,
  },
  { method: 'messages.delete', http: 'DELETE', path: 'messages/*', scopes: DELETES, handle: deleteMessage },
  {
    method: 'messages.batchModify',
    http: 'POST',
    path: 'messages/batchModify',
    scopes: CHANGES,
    body: ['ids', ...LABELS],
    handle: batchModify,
  },
  {
    method: 'messages.batchDelete',
    http: 'POST',
    path: 'messages/batchDelete',
    scopes: DELETES,
    body: ['ids'],
    handle: batchDelete,
  },
  { method: 'threads.list', http: 'GET', path: 'threads', scopes: READS, query: LIST, handle: listThreads },
  { method: 'threads.get', http: 'GET', path: 'threads/*', scopes: READS, query: GET, handle: getThread },
  {
    method: 'threads.modify',
    http: 'POST',
    path: 'threads/*/modify',
    scopes: CHANGES,
    body: LABELS,
    handle: modifyThread,
  },
  { method: 'threads.trash', http: 'POST', path: 'threads/*/trash', scopes: CHANGES, handle: trashThread },
  {
    method: 'threads.untrash',
    http: 'POST',
    path: 'threads/*/untrash',
    scopes: CHANGES,
    handle: untrashThread,
  },
  { method: 'threads.delete', http: 'DELETE', path: 'threads/*', scopes: DELETES, handle: deleteThread },
  { method: 'labels.list', http: 'GET', path: 'labels', scopes: READS_LABELS, handle: listLabels },
  { method: 'labels.get', http: 'GET', path: 'labels/*', scopes: READS_LABELS, handle: getLabel },
  {
    method: 'labels.create',
    http: 'POST',
    path: 'labels',
    scopes: CHANGES_LABELS,
    body: LABEL,
    handle: createLabel,
  },
  {
    method: 'labels.update',
    http: 'PUT',
    path: 'labels/*',
    scopes: CHANGES_LABELS,
    body: LABEL,
    handle: changeLabel,
  },
  {
    method: 'labels.patch',
    http: 'PATCH',
    path: 'labels/*',
    scopes: CHANGES_LABELS,
    body: LABEL,
    handle: changeLabel,
  },
  { method: 'labels.delete', http: 'DELETE', path: 'labels/*', scopes: CHANGES_LABELS, handle: deleteLabel },
  {
    method: 'drafts.list',
    http: 'GET',
    path: 'drafts',
    scopes: READS_DRAFTS,
    query: LIST,
    handle: listDrafts,
  },
  {
    method: 'drafts.get',
    http: 'GET',
    path: 'drafts/*',
    scopes: READS_DRAFTS,
    query: ['format'],
    handle: getDraft,
  },
  {
    method: 'drafts.create',
    http: 'POST',
    path: 'drafts',
    scopes: DRAFTS,
    body: ['id', 'message'],
    handle: createDraft,
  },
  {
    method: 'drafts.update',
    http: 'PUT',
    path: 'drafts/*',
    scopes: DRAFTS,
    body: ['id', 'message'],
    handle: updateDraft,
  },
  { method: 'drafts.delete', http: 'DELETE', path: 'drafts/*', scopes: DRAFTS, handle: deleteDraft },
  {
    method: 'drafts.send',
    http: 'POST',
    path: 'drafts/send',
    scopes: DRAFTS,
    body: ['id', 'message'],
    handle: sendDraft,
  },
  {
    method: 'history.list',
    http: 'GET',
    path: 'history',
    scopes: READS,
    query: HISTORY,
    handle: listHistory,
  },
  { method: 'watch', http: 'POST', path: 'watch', scopes: READS, body: WATCH, handle: watch },
  { method: 'stop', http: 'POST', path: 'stop', scopes: READS, handle: stop },
  { method: 'settings.sendAs.list', http: 'GET', path: 'settings/sendAs', scopes: SEND_AS, handle: sendAs },
];

const byShape = new Map(ROUTES.map((route) => [`${route.http} ${route.path}`, route]));

/** Where ids stand in paths, by the number of segments: exact words are looked up first. */
const SHAPES: Readonly<Record<number, readonly number[]>> = { 2: [1], 3: [1], 4: [1, 3] };

/** The method for a path below `users/{userId}/`, with the ids in it. */
export const routeOf = (
  http: string,
  segments: readonly string[],
): { route: Route; ids: string[] } | undefined => {
  const exact = byShape.get(`${http} ${segments.join('/')}`);
  if (exact) return { route: exact, ids: [] };
  const places = SHAPES[segments.length];
  if (!places) return undefined;
  const shape = segments.map((one, index) => (places.includes(index) ? '*' : one)).join('/');
  const route = byShape.get(`${http} ${shape}`);
  return route ? { route, ids: places.map((index) => segments[index] ?? '') } : undefined;
};
