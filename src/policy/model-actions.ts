/**
 * All that a model's decision may carry out by itself, whatever a message says to it (invariant V1). Everything here is
 * reversible and stays inside the mailbox.
 */
const MODEL_MAY: ReadonlySet<string> = new Set([
  'none',
  'apply_label',
  'remove_label',
  'archive',
  'mark_read',
  'mark_unread',
  'star',
  'unstar',
  'snooze',
  'create_draft',
  'add_note',
  'create_task',
]);

/** What a model may propose to a person. What is in neither list is refused, so that new kinds start closed. */
const MODEL_MAY_PROPOSE: ReadonlySet<string> = new Set([
  'move',
  'restore',
  'trash',
  'delete',
  'forward',
  'auto_reply',
  'unsubscribe',
  'escalate',
  'add_to_calendar',
]);

export const modelReach = (type: string): 'act' | 'propose' | 'none' => {
  if (MODEL_MAY.has(type)) return 'act';
  return MODEL_MAY_PROPOSE.has(type) ? 'propose' : 'none';
};
