import type { MailItem } from '#test/fakes/gmail/mailbox/mail-item.ts';
import type { Mailbox } from '#test/fakes/gmail/mailbox/mailbox.ts';
import { isOlder, type Place } from '#test/fakes/gmail/mailbox/time-order.ts';
import { labelIdOf, testOf } from './match.ts';
import { parseQuery, type Query } from './query.ts';

export interface SearchWish {
  mailbox: Mailbox;
  q: string;
  labelIds: readonly string[];
  includeSpamTrash: boolean;
  nowMs: number;
  /** Messages that nobody sees yet. */
  isHidden: (item: MailItem) => boolean;
  after?: Place;
}

/** What must hold on the way to any hit: the terms that are joined by "and" at the top. */
const mustHold = (query: Query): Query[] => (query.kind === 'and' ? query.of.flatMap(mustHold) : [query]);

const mentionsHidden = (query: Query): boolean => {
  if (query.kind === 'words') return false;
  if (query.kind === 'not') return false;
  if (query.kind !== 'operator') return query.of.some(mentionsHidden);
  return /^(in|label|is)$/.test(query.name) && /^(trash|spam|anywhere)$/i.test(query.value);
};

const byTime = (a: MailItem, b: MailItem): number =>
  b.internalMs - a.internalMs || (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);

/** The smallest set that is sure to hold every hit; undefined when only the whole mailbox is. */
const smallestSet = (query: Query, { mailbox, labelIds }: SearchWish): ReadonlySet<MailItem> | undefined => {
  const sets = labelIds.map((id) => mailbox.withLabel(id));
  for (const term of mustHold(query)) {
    if (term.kind !== 'operator') continue;
    if (term.name === 'rfc822msgid') sets.push(mailbox.withMessageId(term.value.replace(/^<|>$/g, '')));
    if (term.name === 'label' || term.name === 'in' || term.name === 'is') {
      const id = labelIdOf(term.value, mailbox);
      if (id !== undefined) sets.push(mailbox.withLabel(id));
    }
  }
  const smallest = sets.sort((a, b) => a.size - b.size)[0];
  return smallest && smallest.size * 8 < mailbox.size ? smallest : undefined;
};

/** The hits, newest first. */
export function* search(wish: SearchWish): Generator<MailItem> {
  const { mailbox, after } = wish;
  const query = parseQuery(wish.q);
  const test = testOf(query, { mailbox, nowMs: wish.nowMs });
  const hides =
    !wish.includeSpamTrash &&
    !mentionsHidden(query) &&
    !wish.labelIds.some((id) => id === 'TRASH' || id === 'SPAM');
  const small = smallestSet(query, wish);
  const items = small ? [...small].sort(byTime) : mailbox.newestFirst(after);
  for (const item of items) {
    if (small && after && !isOlder(item, after)) continue;
    if (wish.isHidden(item)) continue;
    if (hides && (item.labels.has('TRASH') || item.labels.has('SPAM'))) continue;
    if (wish.labelIds.every((id) => item.labels.has(id)) && test(item)) yield item;
  }
}
