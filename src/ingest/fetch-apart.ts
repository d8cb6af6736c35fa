import { FETCH_APART, FETCH_APART_ATTEMPT } from '#config/limits-ingest.ts';
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
}

/**
 * Fetches messages. Where that fails again and again, each is asked for by itself, so that one that can't be had keeps no
 * other from coming. Throws what the mailbox throws while it gives none at all: then it is the mailbox that is away.
 */
export const fetchMails = async (mailbox: Mailbox, { ids, lane, attempt }: Wish): Promise<Fetched> => {
  if (ids.length === 0) return { mails: [], withheld: [] };
  try {
    return { mails: await mailbox.fetch([...ids], { lane }), withheld: [] };
  } catch (e) {
    if (!mayBeOfOne(e, attempt) || ids.length === 1) throw e;
    return fetchApart(mailbox, { ids, lane, attempt }, e);
  }
};

/** What a limit or a sign-in is in the way of would be in the way of each. */
const mayBeOfOne = (e: unknown, attempt: number): boolean => {
  if (!isAppError(e)) return attempt >= FETCH_APART_ATTEMPT;
  return e.kind === 'permanent' || (e.kind === 'transient' && attempt >= FETCH_APART_ATTEMPT);
};

const fetchApart = async (
  mailbox: Mailbox,
  { ids, lane, attempt }: Wish,
  first: unknown,
): Promise<Fetched> => {
  const mails: FetchedMail[] = [];
  const withheld: string[] = [];
  const one = async (id: string): Promise<void> => {
    try {
      mails.push(...(await mailbox.fetch([id], { lane })));
    } catch (e) {
      if (!mayBeOfOne(e, attempt)) throw e;
      withheld.push(id);
    }
  };
  // Side by side: a mailbox in trouble answers late.
  for (let at = 0; at < ids.length; at += FETCH_APART) {
    await Promise.all(ids.slice(at, at + FETCH_APART).map(one));
  }
  if (mails.length === 0) throw first;
  const place = new Map(ids.map((id, i) => [id, i]));
  mails.sort((a, b) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0));
  return { mails, withheld };
};
