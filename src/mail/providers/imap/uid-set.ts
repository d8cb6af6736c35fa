/** UIDs one by one, or from one to another. */
export type UidList = readonly number[] | { from: number; to: number };

/** As IMAP writes a set: `3:7,9`. The list need not be sorted. */
export const uidSet = (uids: UidList): string => {
  if ('from' in uids) return uids.to < uids.from ? '' : `${uids.from}:${uids.to}`;
  const sorted = [...new Set(uids)].sort((a, b) => a - b);
  const parts: string[] = [];
  for (let i = 0; i < sorted.length; ) {
    let end = i;
    while (sorted[end + 1] === (sorted[end] ?? 0) + 1) end++;
    parts.push(end === i ? String(sorted[i]) : `${sorted[i]}:${sorted[end]}`);
    i = end + 1;
  }
  return parts.join(',');
};

/** In runs of at most `size`. */
export function* pagesOf<T>(all: readonly T[], size: number): Generator<T[]> {
  for (let i = 0; i < all.length; i += size) yield all.slice(i, i + size);
}
