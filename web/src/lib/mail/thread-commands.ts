import type { Id, Message, Thread } from '#lib/api/types.ts';
import { mailbox } from '#lib/mailbox.svelte.ts';
import { act } from './act.ts';

const ids = (messages: readonly Message[]): Id[] => messages.map((message) => message.id);

/** The messages of a thread that are in its account's inbox. */
export const inInbox = (thread: Thread): Message[] => {
  const inbox = mailbox.withRole(thread.accountId, 'inbox');
  return thread.messages.filter(
    (message) => inbox !== undefined && message.labels.includes(inbox.providerLabelId),
  );
};

export const isStarred = (thread: Thread): boolean =>
  thread.messages.some((m) => m.flags.includes('flagged'));
export const isUnread = (thread: Thread): boolean => thread.messages.some((m) => !m.flags.includes('seen'));

export const archive = (thread: Thread): Promise<boolean> =>
  act(ids(inInbox(thread)), { type: 'archive', done: 'Archived' });

export const trash = (thread: Thread): Promise<boolean> =>
  act(ids(thread.messages), { type: 'trash', done: 'Moved to the trash' });

/** Stars the newest message, or takes every star away. */
export const toggleStar = (thread: Thread): Promise<boolean> => {
  const starred = thread.messages.filter((m) => m.flags.includes('flagged'));
  return starred.length > 0
    ? act(ids(starred), { type: 'unstar', done: 'Star removed' })
    : act(ids(thread.messages.slice(-1)), { type: 'star', done: 'Starred' });
};

/** Marks everything read, or the newest message unread. */
export const toggleRead = (thread: Thread): Promise<boolean> => {
  const unread = thread.messages.filter((m) => !m.flags.includes('seen'));
  return unread.length > 0
    ? act(ids(unread), { type: 'mark_read', done: 'Marked read' })
    : act(ids(thread.messages.slice(-1)), { type: 'mark_unread', done: 'Marked unread' });
};

/** `until` is an instant in the future. */
export const snooze = (thread: Thread, until: string): Promise<boolean> =>
  act(ids(inInbox(thread)), { type: 'snooze', parameters: { until }, done: 'Snoozed' });

/** Puts a label (by provider label id) on every message, or takes it off those that have it. */
export const setLabel = (
  thread: Thread,
  label: { id: string; name: string },
  on: boolean,
): Promise<boolean> => {
  const messages = thread.messages.filter((message) => message.labels.includes(label.id) !== on);
  return act(ids(messages), {
    type: on ? 'apply_label' : 'remove_label',
    parameters: { label: label.id },
    done: on ? `Labelled “${label.name}”` : `Label “${label.name}” removed`,
  });
};

/** Keeps a note with the newest message, in Ashford alone. */
export const addNote = (thread: Thread, text: string): Promise<boolean> =>
  act(ids(thread.messages.slice(-1)), { type: 'add_note', parameters: { text }, done: 'Note kept' });
