import { FETCH_APART, FETCH_APART_ATTEMPT } from '#config/limits-ingest.ts';
import { FetchStopped } from '#mail/fetch-stopped.ts';
import type { FetchedMail, Lane, Mailbox } from '#mail/port.ts';
import { isAppError } from '#std/errors.ts';

export interface Wish {
  ids: readonly string[];
  lane: Lane;
  /** Of the job that wants them, counted from 1. */
  attempt: number;
}

/** What came, and the ids that the mailbox answers with an error while it gives others. */
export interface Fetched {
  mails: FetchedMail[];
  withheld: string[];
  /** Set when something came in the way of all that was still to be asked for; what came before it is good. */
  stopped?: { by: unknown; asked: ReadonlySet<string> };
}

/**
 * Fetches messages, all together at first. What has failed so is asked for one by one, so that one message that can't be
 * had keeps no other from coming; what came before is good either way. Throws what the mailbox throws when it gives none of
 * many: then it is the mailbox that is in trouble.
 */
export const fetchMails = async (mailbox: Mailbox, wish: Wish): Promise<Fetched> => {
  const { ids, lane, attempt } = wish;
  if (attempt >= FETCH_APART_ATTEMPT) return fetchApart(mailbox, wish);
  try {
    const mails = ids.length === 0 ? [] : await mailbox.fetch([...ids], { lane });
    return { mails, withheld: [] };
  } catch (e) {
    if (!(e instanceof FetchStopped)) throw e;
    return { mails: e.mails, withheld: [], stopped: { by: e, asked: e.asked } };
  }
};

/** What a limit or a sign-in is in the way of would be in the way of each. */
const mayBeOfOne = (e: unknown): boolean =>
  !isAppError(e) || e.kind === 'permanent' || e.kind === 'transient';

const fetchApart = async (mailbox: Mailbox, { ids, lane }: Wish): Promise<Fetched> => {
  const mails: FetchedMail[] = [];
  const withheld: string[] = [];
  const asked = new Set<string>();
  let last: unknown;
  const one = async (id: string): Promise<void> => {
    try {
      mails.push(...(await mailbox.fetch([id], { lane })));
    } catch (e) {
      if (!mayBeOfOne(e)) throw e;
      last = e;
      withheld.push(id);
    }
    asked.add(id);
  };
  const sorted = (): FetchedMail[] => {
    const place = new Map(ids.map((id, i) => [id, i]));
    return mails.sort((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0));
  };
  // Side by side, since a mailbox in trouble answers late; not for long, when it answers nothing but errors.
  for (let at = 0; at < ids.length; at += FETCH_APART) {
    const settled = await Promise.allSettled(ids.slice(at, at + FETCH_APART).map(one));
    const stop = settled.find((s) => s.status === 'rejected');
    if (stop && asked.size === 0) throw stop.reason;
    if (stop) return { mails: sorted(), withheld, stopped: { by: stop.reason, asked } };
    if (withheld.length === FETCH_APART && mails.length === 0) throw last;
  }
  return { mails: sorted(), withheld };
};
