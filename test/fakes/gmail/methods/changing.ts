import type { ApiCall } from '#test/fakes/gmail/api/api-call.ts';
import { invalid } from '#test/fakes/gmail/api/api-error.ts';
import { textsOf } from '#test/fakes/gmail/api/parameters.ts';
import type { MailItem } from '#test/fakes/gmail/mailbox/mail-item.ts';
import { briefJson } from './message-json.ts';
import { itemOf, threadOf } from './reading.ts';

const MOST_LABELS = 100;
const MOST_IDS = 1_000;

interface Change {
  add: string[];
  remove: string[];
}

/** The wanted change. Throws the service's refusals. */
const changeOf = (call: ApiCall): Change => {
  const { labels } = call.user.mailbox;
  const add = textsOf(call.body, 'addLabelIds');
  const remove = textsOf(call.body, 'removeLabelIds');
  if (add.length === 0 && remove.length === 0) throw invalid('No label add or removes specified');
  if (add.length > MOST_LABELS || remove.length > MOST_LABELS) throw invalid('Too many labels');
  for (const id of [...add, ...remove]) labels.checkTouchable(id);
  if (add.some((id) => remove.includes(id))) throw invalid('Cannot both add and remove the same label');
  return { add, remove };
};

type LabelKind = 'labels' | 'trash' | 'untrash';

const relabel = (call: ApiCall, item: MailItem, of: Change & { kind: LabelKind }): void => {
  const { added, removed } = call.user.mailbox.relabel(item, of);
  call.world.ledger.add({
    kind: of.kind,
    user: call.user.email,
    method: call.method,
    messageId: item.id,
    added,
    removed,
  });
};

const toTrash = (call: ApiCall): Change & { kind: LabelKind } => ({
  kind: 'trash',
  add: ['TRASH'],
  remove: call.world.behaviour.trashTakesInboxOff ? ['INBOX'] : [],
});

const OUT_OF_TRASH = { kind: 'untrash' as const, add: [], remove: ['TRASH'] };

export const modifyMessage = (call: ApiCall): unknown => {
  const item = itemOf(call, call.ids[0]);
  relabel(call, item, { kind: 'labels', ...changeOf(call) });
  return briefJson(item);
};

export const trashMessage = (call: ApiCall): unknown => {
  const item = itemOf(call, call.ids[0]);
  relabel(call, item, toTrash(call));
  return briefJson(item);
};

export const untrashMessage = (call: ApiCall): unknown => {
  const item = itemOf(call, call.ids[0]);
  relabel(call, item, OUT_OF_TRASH);
  return briefJson(item);
};

const remove = (call: ApiCall, item: MailItem): void => {
  const { mailbox, email } = call.user;
  mailbox.remove(item);
  for (const draft of mailbox.drafts.values()) if (draft.item === item) mailbox.drafts.delete(draft.id);
  call.world.ledger.add({ kind: 'delete', user: email, method: call.method, messageId: item.id });
};

export const deleteMessage = (call: ApiCall): unknown => {
  remove(call, itemOf(call, call.ids[0]));
  return undefined;
};

/** The messages of a batch; ids of messages that are gone are passed over. */
const batchItems = (call: ApiCall): MailItem[] => {
  const ids = textsOf(call.body, 'ids');
  if (ids.length === 0) throw invalid('No message ids specified');
  if (ids.length > MOST_IDS) throw invalid(`Too many message ids, the limit is ${MOST_IDS}`);
  return ids.map((id) => call.user.mailbox.item(id)).filter((item) => item !== undefined);
};

export const batchModify = (call: ApiCall): unknown => {
  const change = changeOf(call);
  for (const item of batchItems(call)) relabel(call, item, { kind: 'labels', ...change });
  return undefined;
};

export const batchDelete = (call: ApiCall): unknown => {
  for (const item of batchItems(call)) remove(call, item);
  return undefined;
};

const threadBrief = (call: ApiCall, items: readonly MailItem[]): unknown => ({
  id: call.ids[0],
  messages: items.map(briefJson),
});

export const modifyThread = (call: ApiCall): unknown => {
  const items = threadOf(call);
  const change = changeOf(call);
  for (const item of items) relabel(call, item, { kind: 'labels', ...change });
  return threadBrief(call, items);
};

export const trashThread = (call: ApiCall): unknown => {
  const items = threadOf(call);
  for (const item of items) relabel(call, item, toTrash(call));
  return threadBrief(call, items);
};

export const untrashThread = (call: ApiCall): unknown => {
  const items = threadOf(call);
  for (const item of items) relabel(call, item, OUT_OF_TRASH);
  return threadBrief(call, items);
};

export const deleteThread = (call: ApiCall): unknown => {
  for (const item of threadOf(call)) remove(call, item);
  return undefined;
};
