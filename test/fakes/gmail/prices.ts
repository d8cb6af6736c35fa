/** Which price list a project is on: `new` is that of 1 May 2026. */
export type PriceList = 'old' | 'new';

/** Units per user, project and minute. */
export const UNITS_PER_MINUTE: Readonly<Record<PriceList, number>> = { old: 15_000, new: 6_000 };

/** Units per project and day on the new list: the billing threshold. */
export const UNITS_PER_DAY = 80_000_000;

/** The old list; the source of most figures is the reference's quota page. */
const OLD: Readonly<Record<string, number>> = {
  getProfile: 1,
  'messages.list': 5,
  'messages.get': 5,
  'messages.send': 100,
  'messages.insert': 25,
  'messages.import': 25,
  'messages.modify': 5,
  'messages.trash': 5,
  'messages.untrash': 5,
  'messages.delete': 10,
  'messages.batchModify': 50,
  'messages.batchDelete': 50,
  'messages.attachments.get': 5,
  'drafts.create': 10,
  'drafts.update': 15,
  'drafts.get': 5,
  'drafts.list': 5,
  'drafts.delete': 10,
  'drafts.send': 100,
  'labels.list': 1,
  'labels.get': 1,
  'labels.create': 5,
  'labels.update': 5,
  'labels.patch': 5,
  'labels.delete': 5,
  'threads.list': 10,
  'threads.get': 10,
  'threads.modify': 10,
  'threads.trash': 10,
  'threads.untrash': 10,
  'threads.delete': 20,
  'history.list': 2,
  'settings.sendAs.list': 1,
  watch: 100,
  stop: 50,
};

/** What the list of May 2026 says otherwise; where it is silent the old price stays. */
const NEW: Readonly<Record<string, number>> = { ...OLD, 'messages.get': 20, 'threads.get': 40 };

const LISTS: Readonly<Record<PriceList, Readonly<Record<string, number>>>> = { old: OLD, new: NEW };

/** Units of one call. A method without a price is a mistake of the fake. */
export const priceOf = (list: PriceList, method: string): number => {
  const price = LISTS[list][method];
  if (price === undefined) throw new Error(`no price for ${method}`);
  return price;
};
