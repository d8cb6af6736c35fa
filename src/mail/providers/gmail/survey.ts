import { GMAIL_LIST_PAGE, GMAIL_SURVEY_CHANGES } from '#config/limits-gmail.ts';
import type { MailState } from '#mail/message.ts';
import { applyPatch } from '#mail/patch.ts';
import type { Lane, MailChange, Surveyed } from '#mail/port.ts';
import { AppError } from '#std/errors.ts';
import { type Instant, toMs } from '#std/time.ts';
import { labelCounts, labelList, profile } from './answers.ts';
import { changesSince } from './changes.ts';
import { afterQuery, notYetFound, pages } from './listing.ts';
import { briefly } from './reading.ts';
import type { Rest } from './rest.ts';
import { isOurs, stateOf } from './state.ts';

interface Wish {
  since: Instant | null;
  limit: number;
  lane?: Lane | undefined;
}

/**
 * Every message with its state, without reading a single one: which messages have which label. Of a label that may be on
 * most mail, the mail without it is listed where that is shorter; of one such label both are, and together they are all.
 * What changed while that was listed is asked of the history. 20,000 messages take about 50 pages of 5 units.
 */
export async function* survey(rest: Rest, o: Wish): AsyncGenerator<Surveyed[]> {
  const { historyId, messagesTotal = 0 } = await rest.ask(
    { method: 'getProfile', verb: 'GET', path: '/profile', lane: o.lane },
    profile,
  );
  const { all, groups } = await listed(rest, { ...o, messagesTotal });
  const states = new Map<string, MailState>();
  for (const id of all) states.set(id, stateFrom(groups, id));
  await takeInChanges(rest, states, { ...o, historyId });
  if (o.since) {
    const wish = { since: o.since, found: all, limit: GMAIL_LIST_PAGE, lane: o.lane };
    for (const { id, state } of await notYetFound(rest, wish)) states.set(id, state);
  }
  const told = [...states].map(([id, state]) => ({ id, state }));
  for (let at = 0; at < told.length; at += o.limit) yield told.slice(at, at + o.limit);
}

/** Labels that may be on most mail, each with the query for the mail without it. */
const WITHOUT = { INBOX: '-in:inbox', UNREAD: '-is:unread' } as const;
type Common = keyof typeof WITHOUT;
const COMMON = Object.keys(WITHOUT) as Common[];

interface Group {
  label: string;
  ids: ReadonlySet<string>;
  /** `ids` are those that lack the label. */
  inverted: boolean;
}

const stateFrom = (groups: readonly Group[], id: string): MailState =>
  stateOf(groups.filter(({ ids, inverted }) => ids.has(id) !== inverted).map(({ label }) => label));

const listed = async (
  rest: Rest,
  o: Wish & { messagesTotal: number },
): Promise<{ all: Set<string>; groups: Group[] }> => {
  const after = afterQuery(o.since);
  const withLabel = (label: string) => idsOf(rest, { q: after, labelId: label, lane: o.lane });
  const without = (label: Common) =>
    idsOf(rest, { q: [WITHOUT[label], after].filter(Boolean).join(' '), lane: o.lane });
  const { labels } = await rest.ask(
    { method: 'labels.list', verb: 'GET', path: '/labels', lane: o.lane },
    labelList,
  );
  const shares = await sharesOf(rest, o);
  // The one that halves the mailbox best: to list only its shorter side would save least.
  const [halving, other] = COMMON.toSorted((a, b) => Math.abs(0.5 - shares[a]) - Math.abs(0.5 - shares[b]));
  if (halving === undefined || other === undefined) throw new Error('There are two common labels');
  const having = await withLabel(halving);
  const all = new Set([...having, ...(await without(halving))]);
  const inverted = shares[other] > 0.5;
  const groups: Group[] = [
    { label: halving, ids: having, inverted: false },
    { label: other, ids: inverted ? await without(other) : await withLabel(other), inverted },
  ];
  for (const { id: label } of labels) {
    if (COMMON.some((common) => common === label) || !(isOurs(label) || label === 'STARRED')) continue;
    const ids = await withLabel(label);
    if (ids.size > 0) groups.push({ label, ids, inverted: false });
  }
  return { all, groups };
};

const idsOf = async (
  rest: Rest,
  o: { q: string | undefined; labelId?: string; lane: Lane | undefined },
): Promise<Set<string>> => {
  const ids = new Set<string>();
  for await (const page of pages(rest, o)) for (const id of page) ids.add(id);
  return ids;
};

/** The part of the whole mailbox that has each common label. */
const sharesOf = async (
  rest: Rest,
  o: { messagesTotal: number; lane?: Lane | undefined },
): Promise<Record<Common, number>> => {
  const shares: Record<Common, number> = { INBOX: 0, UNREAD: 0 };
  for (const label of COMMON) {
    const { messagesTotal } = await rest.ask(
      { method: 'labels.get', verb: 'GET', path: `/labels/${label}`, lane: o.lane },
      labelCounts,
    );
    shares[label] = messagesTotal / Math.max(1, o.messagesTotal);
  }
  return shares;
};

/**
 * What got or lost the halving label between its two lists may stand on neither, and other lists are of another moment.
 * What arrived meanwhile is left to who follows the changes.
 */
const takeInChanges = async (
  rest: Rest,
  states: Map<string, MailState>,
  o: Wish & { historyId: string },
): Promise<void> => {
  const untold = new Set<string>();
  for (const change of await changesMeanwhile(rest, o.historyId)) {
    const { id, kind } = change;
    const state = states.get(id);
    if (kind === 'added' || kind === 'gone') states.delete(id);
    else if (kind === 'changed') states.set(id, change.state);
    else if (state) states.set(id, applyPatch(state, change.patch));
    else untold.add(id);
  }
  if (untold.size > GMAIL_LIST_PAGE) throw disturbed();
  const sinceMs = o.since ? toMs(o.since) : Number.NEGATIVE_INFINITY;
  for (const id of untold) {
    const message = await briefly(rest, id, o.lane);
    if (message && Number(message.internalDate) >= sinceMs) states.set(id, stateOf(message.labelIds));
  }
};

const changesMeanwhile = async (rest: Rest, from: string): Promise<MailChange[]> => {
  const changes: MailChange[] = [];
  let cursor = from;
  for (let pages = 1; pages <= GMAIL_SURVEY_CHANGES; pages++) {
    const page = await changesSince(rest, cursor, GMAIL_LIST_PAGE);
    if ('expired' in page) throw disturbed();
    changes.push(...page.changes);
    if (!page.more) return changes;
    cursor = page.cursor;
  }
  throw disturbed();
};

const disturbed = (): AppError =>
  new AppError(
    'transient',
    'mail.survey-disturbed',
    'Too much changed in the mailbox while it was compared',
    {
      help: 'It is compared again by itself.',
    },
  );
