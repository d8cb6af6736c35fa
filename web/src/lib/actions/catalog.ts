/** The actions people filter by, in the words of the catalog. A type that is missing here is still listed. */
export const ACTION_TYPES = [
  'archive',
  'apply_label',
  'remove_label',
  'mark_read',
  'mark_unread',
  'star',
  'unstar',
  'move',
  'trash',
  'restore',
  'delete',
  'snooze',
  'reply',
  'forward',
  'auto_reply',
  'create_draft',
  'add_note',
  'create_task',
  'escalate',
  'unsubscribe',
  'add_to_calendar',
  'none',
] as const;

const DAY_MS = 86_400_000;

/** The periods of the Actions page. */
export const PERIODS = [
  { value: '', label: 'Any time' },
  { value: 'today', label: 'Today' },
  { value: '7', label: 'Last 7 days' },
  { value: '30', label: 'Last 30 days' },
] as const;

/** The start of a period as an instant, undefined for any time. `now` in milliseconds since the epoch. */
export const periodStart = (period: string, now: number): string | undefined => {
  if (period === '') return undefined;
  const start = new Date(period === 'today' ? now : now - Number(period) * DAY_MS);
  if (Number.isNaN(start.getTime())) return undefined;
  start.setHours(0, 0, 0, 0);
  return start.toISOString();
};
