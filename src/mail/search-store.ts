import { SEARCH_STEPS, SEARCH_WINDOW } from '#config/limits.ts';
import type { Sql, SqlValue } from '#db/db.ts';
import { belongsTo } from '#db/insert-rows.ts';
import { type MailHead, mailHeads } from './head-store.ts';
import { type SearchQuery, toFts5, toTsquery } from './search-query.ts';
import type { Untrusted } from './untrusted.ts';

/** Labels of the user that a search named, each with its account. */
export interface SearchLabel {
  accountId: string;
  providerLabelId: string;
}

export interface SearchScope {
  userId: string;
  accountId?: string | undefined;
  query: SearchQuery;
  /** For each label that the query names: every label of that name or role. A message must have one of each. */
  labels: readonly (readonly SearchLabel[])[];
  /** Messages that one step looks at; `SEARCH_WINDOW` when left out. */
  window?: number;
}

/**
 * Where a search goes on. Messages are looked at by windows of their order of arrival, and shown by date within one: that
 * is exact up to a window of hits, and quick however many there are.
 */
export interface SearchPlace {
  /** Look at messages below this sequence number. */
  top: number;
  /** Within the window: older than this, unless null. */
  at: string | null;
  id: string | null;
}

interface Hit {
  id: string;
  at: string;
  seq: number;
  threadId: string;
}

export interface SearchPage {
  hits: Untrusted<MailHead>[];
  next: SearchPlace | null;
}

const TOP = Number.MAX_SAFE_INTEGER;

/** Conditions on one message as SQL, with their values; the text depends on the shape of the query alone. */
const conditions = (scope: SearchScope, params: SqlValue[]): string => {
  const place = (value: SqlValue) => `$${params.push(value)}`;
  const { query } = scope;
  const parts = [belongsTo('m.user_id', params.push(scope.userId)), 'm.gone_at is null'];
  if (scope.accountId !== undefined) parts.push(`m.account_id || '' = ${place(scope.accountId)}`);
  if (query.after !== undefined) parts.push(`m.received_at >= ${place(query.after)}`);
  if (query.before !== undefined) parts.push(`m.received_at < ${place(query.before)}`);
  if (query.hasAttachment !== undefined) parts.push(`m.has_attachments = ${query.hasAttachment ? 1 : 0}`);
  if (query.unread !== undefined) parts.push(`m.flags_json ${query.unread ? 'not like' : 'like'} '%"seen"%'`);
  if (query.starred !== undefined)
    parts.push(`m.flags_json ${query.starred ? 'like' : 'not like'} '%"flagged"%'`);
  for (const alternatives of scope.labels) {
    const each = alternatives.map(
      (l) =>
        `(l.account_id = ${place(l.accountId)} and l.provider_label_id = ${place(l.providerLabelId)}
          and l.received_at = m.received_at and l.message_id = m.id)`,
    );
    const any = each.length > 0 ? each.join(' or ') : '1 = 0';
    parts.push(`exists (select 1 from message_labels l where ${any})`);
  }
  return parts.join(' and ');
};

const sizeOf = (scope: SearchScope): number => scope.window ?? SEARCH_WINDOW;

/** The sequence numbers of one window, newest first: those that match the words, or all of the user's. */
const windowSql = (sql: Sql, scope: SearchScope, top: number): { text: string; params: SqlValue[] } => {
  const { terms } = scope.query;
  const limit = sizeOf(scope);
  if (terms.length === 0) {
    return {
      text: `select seq from messages where ${belongsTo('user_id', 1)} and seq < $2 order by seq desc limit ${limit}`,
      params: [scope.userId, top],
    };
  }
  if (sql.engine === 'postgres') {
    return {
      text: `select rowid as seq from message_search where document @@ $1::tsquery and rowid < $2
        order by rowid desc limit ${limit}`,
      params: [toTsquery(terms), top],
    };
  }
  return {
    text: `select rowid as seq from message_search where message_search match $1 and rowid < $2
      order by rowid desc limit ${limit}`,
    params: [toFts5(terms), top],
  };
};

interface Window {
  hits: Hit[];
  /** The lowest sequence number looked at, null when the window was the last. */
  bottom: number | null;
}

const readWindow = async (sql: Sql, scope: SearchScope, top: number): Promise<Window> => {
  const window = windowSql(sql, scope, top);
  const seqs = (await sql.all<{ seq: number }>(window.text, window.params)).map((r) => Number(r.seq));
  const bottom = seqs.length === sizeOf(scope) ? (seqs.at(-1) ?? null) : null;
  return { hits: await hitsAmong(sql, scope, seqs), bottom };
};

const seqsOf = (engine: Sql['engine']): string =>
  engine === 'postgres'
    ? 'select jsonb_array_elements($1::jsonb)::bigint'
    : 'select value from json_each($1)';

const hitsAmong = async (sql: Sql, scope: SearchScope, seqs: readonly number[]): Promise<Hit[]> => {
  if (seqs.length === 0) return [];
  const params: SqlValue[] = [JSON.stringify(seqs)];
  const where = conditions(scope, params);
  const rows = await sql.all<Hit>(
    `select m.id, m.received_at as at, m.seq, m.thread_id as "threadId" from messages m
     where m.seq in (${seqsOf(sql.engine)}) and ${where}`,
    params,
  );
  return rows.map((r) => ({ ...r, seq: Number(r.seq) }));
};

const isOlder = (hit: Hit, than: SearchPlace): boolean =>
  than.at === null || hit.at < than.at || (hit.at === than.at && hit.id < (than.id ?? ''));

const newestFirst = (a: Hit, b: Hit): number =>
  a.at === b.at ? (a.id < b.id ? 1 : -1) : a.at < b.at ? 1 : -1;

/**
 * Messages that fit, newest first. A page may be short although there is more: `next` tells. `accept` may leave hits out;
 * they count as looked at.
 */
export const searchMail = async (
  sql: Sql,
  scope: SearchScope,
  o: {
    from: SearchPlace | null;
    limit: number;
    accept?: ((hits: readonly Hit[]) => Promise<readonly Hit[]>) | undefined;
  },
): Promise<SearchPage> => {
  let place: SearchPlace | null = o.from ?? { top: TOP, at: null, id: null };
  const found: Hit[] = [];
  for (let step = 0; step < SEARCH_STEPS && place !== null && found.length < o.limit; step++) {
    const { hits, bottom } = await readWindow(sql, scope, place.top);
    const at: SearchPlace = place;
    const fresh = hits.filter((h) => isOlder(h, at)).sort(newestFirst);
    place = bottom === null ? null : { top: bottom, at: null, id: null };
    for (let i = 0; i < fresh.length && found.length < o.limit; i += o.limit) {
      const slice = fresh.slice(i, i + o.limit);
      const accepted = (await o.accept?.(slice)) ?? slice;
      for (const hit of accepted) {
        found.push(hit);
        if (found.length < o.limit) continue;
        if (hit !== fresh.at(-1)) place = { top: at.top, at: hit.at, id: hit.id };
        break;
      }
    }
  }
  const heads = await mailHeads(
    sql,
    scope.userId,
    found.map((h) => h.id),
  );
  return { hits: found.flatMap(({ id }) => heads.get(id) ?? []), next: place };
};

const THREAD_SEQS = `select m.seq from messages m where m.thread_id = $1 and m.received_at >= $2 and m.gone_at is null
  order by m.received_at desc limit 200`;

/** Whether a newer message of the hit's thread fits too: then the thread stands there, and not here. */
const hasNewer = async (sql: Sql, scope: SearchScope, hit: Hit): Promise<boolean> => {
  const rows = await sql.all<{ seq: number }>(THREAD_SEQS, [hit.threadId, hit.at]);
  const seqs = rows.map((r) => Number(r.seq)).filter((seq) => seq !== hit.seq);
  if (seqs.length === 0) return false;
  const matching = scope.query.terms.length === 0 ? seqs : await matchAmong(sql, scope, seqs);
  const others = await hitsAmong(sql, scope, matching);
  return others.some((other) => newestFirst(other, hit) < 0);
};

const matchAmong = async (sql: Sql, scope: SearchScope, seqs: readonly number[]): Promise<number[]> => {
  const { terms } = scope.query;
  const match = sql.engine === 'postgres' ? 'document @@ $2::tsquery' : 'message_search match $2';
  const rows = await sql.all<{ seq: number }>(
    `select rowid as seq from message_search where ${match} and rowid in (${seqsOf(sql.engine)})`,
    [JSON.stringify(seqs), sql.engine === 'postgres' ? toTsquery(terms) : toFts5(terms)],
  );
  return rows.map((r) => Number(r.seq));
};

/** Threads with a message that fits, each at the newest one. */
export const searchThreads = (
  sql: Sql,
  scope: SearchScope,
  o: { from: SearchPlace | null; limit: number },
): Promise<SearchPage> => {
  const shown = new Set<string>();
  return searchMail(sql, scope, {
    ...o,
    accept: async (hits) => {
      const first: Hit[] = [];
      for (const hit of hits) {
        if (shown.has(hit.threadId) || (await hasNewer(sql, scope, hit))) continue;
        shown.add(hit.threadId);
        first.push(hit);
      }
      return first;
    },
  });
};
