import { IMAP_RECONNECT_MAX_MS, IMAP_RECONNECT_MS } from '#config/limits-imap.ts';
import type { Random } from '#std/random.ts';

/** Milliseconds to wait before the next try after `failures` in a row: exponential, capped, with full jitter. */
export const reconnectMs = (failures: number, random: Random): number => {
  const most = Math.min(IMAP_RECONNECT_MAX_MS, IMAP_RECONNECT_MS * 2 ** Math.min(failures, 30));
  return Math.round(random.next() * most);
};
