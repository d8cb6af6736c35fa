/** What Gmail charges for its methods, in quota units. The names are those of the API reference. */
export type Method = keyof typeof OLD;

/**
 * The list that projects of before May 2026 are on (developers.google.com/workspace/gmail/api/reference/quota). `watch`
 * and `stop` are as reported by users.
 */
const OLD = {
  getProfile: 1,
  'messages.list': 5,
  'messages.get': 5,
  'messages.send': 100,
  'messages.modify': 5,
  'messages.trash': 5,
  'messages.untrash': 5,
  'messages.batchModify': 50,
  'messages.delete': 10,
  'messages.attachments.get': 5,
  'threads.get': 10,
  'drafts.create': 10,
  'drafts.list': 5,
  'drafts.get': 5,
  'drafts.delete': 10,
  'drafts.send': 100,
  'labels.list': 1,
  'labels.get': 1,
  'labels.create': 5,
  'history.list': 2,
  watch: 100,
  stop: 50,
} as const;

export interface PriceList {
  /** Units per user, project and minute. */
  unitsPerMinute: number;
  prices: Readonly<Record<Method, number>>;
}

/** The list of 1 May 2026 says something else for these; what it does not name is taken to cost what it did. */
export const PRICE_LISTS: Readonly<Record<'2026' | 'old', PriceList>> = {
  old: { unitsPerMinute: 15_000, prices: OLD },
  '2026': { unitsPerMinute: 6_000, prices: { ...OLD, 'messages.get': 20, 'threads.get': 40 } },
};

/** What sends mail: such a call is made once, and its answer may stay unknown. */
export const isSending = (method: Method): boolean => method === 'drafts.send' || method === 'messages.send';
