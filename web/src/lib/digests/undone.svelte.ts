import { api } from '#lib/api/client.ts';
import type { Id, Instant } from '#lib/api/types.ts';
import { Resource } from '#lib/resource.svelte.ts';

/** At most so many pages of undos are looked through, each of so many rows. */
const MOST_PAGES = 5;
const PAGE_ROWS = 200;

const undoneSince = async (since: Instant, signal: AbortSignal): Promise<ReadonlySet<Id>> => {
  const undone = new Set<Id>();
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const { items, next } = await api.actions({ type: 'undo', since, cursor, limit: PAGE_ROWS }, signal);
    // An undo that was taken back, or did not work, leaves its action as it was.
    for (const { undoOf, undoneBy, status } of items)
      if (undoOf !== null && undoneBy === null && status !== 'failed' && status !== 'canceled')
        undone.add(undoOf);
    if (next === null) break;
    cursor = next;
  }
  return undone;
};

/** The actions that were taken back since a time, kept up to date. Made during a component's start. */
export class Undone extends Resource<ReadonlySet<Id>> {
  constructor(since: () => Instant) {
    super({ key: since, load: (signal) => undoneSince(since(), signal), topics: ['actions'] });
  }

  /** Those of the actions that still stand. */
  standing(actionIds: readonly Id[]): Id[] {
    return actionIds.filter((id) => !this.data?.has(id));
  }
}
