import type { Sql } from '#db/db.ts';
import type { Label } from './label-store.ts';
import {
  type FlagFilter,
  type ThreadPlace,
  type TimePlace,
  type WalkedPage,
  walkLabel,
  walkThreads,
} from './thread-list-store.ts';

/** The labels that a text means: by provider id or role, else by name, compared without case. */
export const labelsMeant = (labels: readonly Label[], text: string): Label[] => {
  const wanted = text.trim().toLowerCase();
  const exact = labels.filter((l) => l.providerLabelId === text || l.role === wanted);
  return exact.length > 0 ? exact : labels.filter((l) => l.name.toLowerCase() === wanted);
};

export interface ThreadList {
  userId: string;
  accountId?: string | undefined;
  /** One of these; null: whatever the labels. */
  labels: readonly Pick<Label, 'accountId' | 'providerLabelId'>[] | null;
  only: FlagFilter;
  before: TimePlace | null;
  limit: number;
}

const isNewer = (a: TimePlace, b: TimePlace): boolean => a.at > b.at || (a.at === b.at && a.id > b.id);

/**
 * Threads, newest first, each once. A page may be short, or even empty, although there is more: `next` tells.
 * Without labels, flags do not count.
 */
export const listThreads = async (sql: Sql, l: ThreadList): Promise<WalkedPage> => {
  const { userId, accountId, before, limit } = l;
  if (l.labels === null) return walkThreads(sql, { userId, accountId, before, limit });
  const walks: WalkedPage[] = [];
  for (const label of l.labels) {
    if (accountId !== undefined && label.accountId !== accountId) continue;
    const { accountId: of, providerLabelId } = label;
    walks.push(await walkLabel(sql, { userId, accountId: of, providerLabelId, only: l.only, before, limit }));
  }
  return merge(walks, limit);
};

/** Several walks as one. None may be passed where it has not been read yet. */
const merge = (walks: readonly WalkedPage[], limit: number): WalkedPage => {
  let edge: TimePlace | null = null;
  for (const { next } of walks) if (next && (!edge || isNewer(next, edge))) edge = next;
  const read = edge;
  const places: ThreadPlace[] = walks
    .flatMap((w) => w.places)
    .filter((p) => read === null || !isNewer(read, p))
    .sort((a, b) => (isNewer(a, b) ? -1 : 1));
  const page = places.slice(0, limit);
  const last = page.at(-1);
  if (places.length > limit && last) return { places: page, next: { at: last.at, id: last.id } };
  return { places: page, next: edge && { at: edge.at, id: edge.id } };
};
