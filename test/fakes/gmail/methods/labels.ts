import type { ApiCall } from '#test/fakes/gmail/api/api-call.ts';
import type { EffectKind } from '#test/fakes/gmail/ledger.ts';
import type { Label } from '#test/fakes/gmail/mailbox/label-book.ts';
import type { MailItem } from '#test/fakes/gmail/mailbox/mail-item.ts';

const note = (call: ApiCall, kind: EffectKind, labelId: string): void => {
  call.world.ledger.add({ kind, user: call.user.email, method: call.method, labelId });
};

const threadsOf = (items: Iterable<MailItem>): number => new Set([...items].map((one) => one.threadId)).size;

const counted = (call: ApiCall, label: Label): unknown => {
  const { mailbox } = call.user;
  const all = mailbox.withLabel(label.id);
  const unread = [...all].filter((one) => one.labels.has('UNREAD'));
  return {
    ...label,
    messagesTotal: all.size,
    messagesUnread: unread.length,
    threadsTotal: threadsOf(all),
    threadsUnread: threadsOf(unread),
  };
};

export const listLabels = ({ user }: ApiCall): unknown => ({ labels: user.mailbox.labels.all() });

export const getLabel = (call: ApiCall): unknown =>
  counted(call, call.user.mailbox.labels.get(call.ids[0] ?? ''));

export const createLabel = (call: ApiCall): unknown => {
  const label = call.user.mailbox.labels.create(call.body);
  note(call, 'label-create', label.id);
  return label;
};

/** PUT and PATCH: what is left out stays. */
export const changeLabel = (call: ApiCall): unknown => {
  const label = call.user.mailbox.labels.change(call.ids[0] ?? '', call.body);
  note(call, 'label-change', label.id);
  return label;
};

export const deleteLabel = (call: ApiCall): unknown => {
  call.user.mailbox.deleteLabel(call.ids[0] ?? '');
  note(call, 'label-delete', call.ids[0] ?? '');
  return undefined;
};
