import { RHYTHM_MESSAGES, SILENCE_FACTOR, SILENCE_LEAST_MS, SILENCE_MOST_MS } from '#config/limits-ingest.ts';
import type { Sql } from '#db/db.ts';
import { newestTimes } from '#mail/arrival-store.ts';
import { toMs } from '#std/time.ts';

/** Of all pauses, the part that are shorter than what counts as the longest usual one: nights are, holidays are not. */
const USUAL = 0.95;

/** Milliseconds of silence that this mailbox is not used to, told from when its newest messages came. */
export const silenceLimit = (receivedMs: readonly number[]): number => {
  const times = [...receivedMs].sort((a, b) => a - b);
  const pauses = times.slice(1).map((at, i) => at - (times[i] ?? at));
  pauses.sort((a, b) => a - b);
  const usual = pauses[Math.min(pauses.length - 1, Math.floor(pauses.length * USUAL))];
  if (usual === undefined) return SILENCE_MOST_MS;
  return Math.min(SILENCE_MOST_MS, Math.max(SILENCE_LEAST_MS, usual * SILENCE_FACTOR));
};

/** The same of a stored account; `lastMs` is when its newest message came, null when it has none. */
export const rhythmOf = async (
  sql: Sql,
  account: { id: string; userId: string },
): Promise<{ limitMs: number; lastMs: number | null }> => {
  const times = (await newestTimes(sql, { ...account, limit: RHYTHM_MESSAGES })).map(({ receivedAt }) =>
    toMs(receivedAt),
  );
  return { limitMs: silenceLimit(times), lastMs: times[0] ?? null };
};
