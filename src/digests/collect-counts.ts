import { countDone, countHidden } from '#actions/done-store.ts';
import { findActionKind } from '#actions/kinds/catalog.ts';
import { countReceived } from '#mail/count-store.ts';
import { countDecisions } from '#triage/store.ts';
import type { Count } from './sections/counts.ts';
import type { Collected, SectionContext } from './sections/define.ts';

const titleOf = (type: string): string => findActionKind(type)?.title ?? type.replaceAll('_', ' ');

/** What came in and what was done, in numbers that code counted. */
export const collectCounts = async ({ db, userId, window }: SectionContext): Promise<Collected<Count>> => {
  const range = { userId, from: window.from, to: window.to };
  const received = await countReceived(db, range);
  const done = await countDone(db, range);
  const items: Count[] = [
    { what: 'received', type: null, title: 'Received', count: received },
    { what: 'decided', type: null, title: 'A rule matched', count: await countDecisions(db, range) },
    {
      what: 'hidden',
      type: null,
      title: 'Left the inbox or marked as read by itself',
      count: await countHidden(db, range),
    },
    ...done.map(({ type, count }): Count => ({ what: 'action', type, title: titleOf(type), count })),
  ];
  return { items, total: received, more: 0 };
};
