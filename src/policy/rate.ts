/** What was done by itself in one account within the last hour, counted over live mail only. */
export interface RateCounts {
  changes: number;
  trashes: number;
}

export interface RateLimits {
  changesPerHour: number;
  trashesPerHour: number;
}

export const DEFAULT_RATE_LIMITS: RateLimits = { changesPerHour: 200, trashesPerHour: 50 };

export type RateKind = keyof RateCounts;

const CHANGES: ReadonlySet<string> = new Set([
  'archive',
  'move',
  'snooze',
  'apply_label',
  'remove_label',
  'mark_read',
]);
const TRASHES: ReadonlySet<string> = new Set(['trash', 'delete']);

/** Which count an action belongs to; null for what hides nothing and destroys nothing. */
export const rateKind = (type: string): RateKind | null => {
  if (TRASHES.has(type)) return 'trashes';
  return CHANGES.has(type) ? 'changes' : null;
};

/**
 * The circuit breaker (invariant V5): whether one more action of this type is more than an hour allows, so that a
 * person is asked, whichever rules did it. Mail that is imported or backfilled is not live: it was chosen by a person, in
 * bulk, and neither counts nor is held back.
 * @param counts without the action in question
 */
export const rateExceeded = (
  action: { type: string; live: boolean },
  counts: RateCounts,
  limits: RateLimits,
): boolean => {
  const kind = rateKind(action.type);
  if (kind === null || !action.live) return false;
  return kind === 'trashes'
    ? counts.trashes >= limits.trashesPerHour
    : counts.changes >= limits.changesPerHour;
};
