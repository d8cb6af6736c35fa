import type { Account } from '#accounts/account.ts';
import { BULK_PRIORITY, FETCH_BYTES, FETCH_MESSAGES } from '#config/limits.ts';
import type { Tx } from '#db/db.ts';
import { asSent } from '#mail/corrections.ts';
import { addToLedger, knownInLedger, type LedgerEntry } from '#mail/ledger-store.ts';
import { findHandleByProviderId, markGone, setMailState } from '#mail/message-store.ts';
import type { FetchedMail, Mailbox, MailChange } from '#mail/port.ts';
import { type ArrivedMail, saveMail } from '#mail/save-store.ts';
import { crashpoint } from '#std/crashpoint.ts';

import type { Instant } from '#std/time.ts';
import { classifyJob } from '#triage/classify.job.ts';
import type { IngestPorts } from './ports.ts';
import { threadKeysFor } from './thread-keys.ts';

/** Messages of one page of changes that are fetched, parsed and stored together. */
export interface Batch {
  ids: string[];
  /** What happened to messages that are known; with the last batch of a page. */
  others: MailChange[];
}

/** Cuts a page into batches that fit into memory. There is always a last batch, which carries what is not new. */
export const batchesOf = (changes: readonly MailChange[]): Batch[] => {
  const batches: Batch[] = [];
  let ids: string[] = [];
  let bytes = 0;
  const seen = new Set<string>();
  for (const change of changes) {
    if (change.kind !== 'added' || seen.has(change.id)) continue;
    seen.add(change.id);
    const size = change.sizeBytes ?? FETCH_BYTES / FETCH_MESSAGES;
    if (ids.length > 0 && (ids.length >= FETCH_MESSAGES || bytes + size > FETCH_BYTES)) {
      batches.push({ ids, others: [] });
      ids = [];
      bytes = 0;
    }
    ids.push(change.id);
    bytes += size;
  }
  batches.push({ ids, others: changes.filter((c) => c.kind !== 'added') });
  return batches;
};

export interface Prepared {
  batch: Batch;
  /** Ids that nobody knew; those that are not among `mails` were gone before they could be fetched. */
  unknown: string[];
  mails: (FetchedMail & { mail: ArrivedMail['mail'] })[];
}

/** Fetches and parses what is new in a batch. Reads only. */
export const prepare = async (
  ports: IngestPorts,
  where: { account: Account; mailbox: Mailbox },
  batch: Batch,
): Promise<Prepared> => {
  const known = batch.ids.length > 0 ? await knownInLedger(ports.db, where.account.id, batch.ids) : new Set();
  const unknown = batch.ids.filter((id) => !known.has(id));
  const fetched = unknown.length > 0 ? await where.mailbox.fetch(unknown) : [];
  const raws = fetched.flatMap((f) => ('raw' in f.content ? [f.content.raw] : []));
  const parsed = raws.length > 0 ? await ports.parser.parse(raws) : [];
  let next = 0;
  const mails = fetched.map((f) => {
    const mail = 'raw' in f.content ? parsed[next++] : f.content.parsed;
    if (!mail) throw new Error('The parser answered fewer messages than it was given');
    return { ...f, mail: asSent(mail, f.content) };
  });
  return { batch, unknown, mails };
};

/** Labels by role, as provider ids: mail in these is not judged. */
export type OwnMailLabels = ReadonlySet<string>;

export interface StoreContext {
  account: Account;
  notJudged: OwnMailLabels;
  now: Instant;
}

/**
 * Stores a prepared batch in the caller's transaction: messages, ledger, and a job to decide each. Told twice, it changes
 * nothing. Returns how many messages are new.
 */
export const storeBatch = async (
  ports: IngestPorts,
  tx: Tx,
  s: { context: StoreContext; prepared: Prepared },
): Promise<number> => {
  const { context, prepared } = s;
  const { account, now } = context;
  const known = await knownInLedger(tx, account.id, prepared.unknown);
  const fresh = prepared.mails.filter((m) => !known.has(m.id));
  const keys = await threadKeysFor(tx, account.id, fresh);
  const saved =
    fresh.length === 0
      ? []
      : await saveMail(
          tx,
          {
            userId: account.userId,
            accountId: account.id,
            ownAddress: account.email,
            newId: ports.newId,
            now,
          },
          fresh.map((m, i) => ({
            providerMessageId: m.id,
            threadKey: keys[i] ?? m.id,
            internalDate: m.internalDate,
            sizeBytes: m.sizeBytes,
            state: m.state,
            mail: m.mail,
          })),
        );
  const judged: string[] = [];
  const entries: LedgerEntry[] = saved.map((m, i) => {
    const own = fresh[i]?.state.labels.some((l) => context.notJudged.has(l)) ?? false;
    if (!own) judged.push(m.messageId);
    return {
      accountId: account.id,
      userId: account.userId,
      providerMessageId: m.providerMessageId,
      state: own ? 'left_alone' : 'stored',
      reason: own ? 'It was not in the inbox when it came: sent mail, a draft, spam or trash.' : null,
      messageId: m.messageId,
    };
  });
  crashpoint('take-in.saved');
  await addToLedger(tx, [...entries, ...goneEntries(context, prepared, known)], now);
  const bulk = isBulk(account);
  await ports.queue.enqueueMany(
    classifyJob,
    judged.map((messageId) => ({ messageId, live: !bulk })),
    { tx, userId: account.userId, fairKey: account.id, priority: bulk ? BULK_PRIORITY : 0 },
  );
  crashpoint('take-in.enqueued');
  await takeInOthers(tx, context, prepared.batch.others);
  return saved.length;
};

/** While an archive comes in, new mail of other accounts goes first. */
const isBulk = (account: Account): boolean =>
  account.state.import !== undefined && account.state.import.finishedAt === null;

const goneEntries = (c: StoreContext, p: Prepared, known: Set<string>): LedgerEntry[] => {
  const fetched = new Set(p.mails.map((m) => m.id));
  return p.unknown
    .filter((id) => !fetched.has(id) && !known.has(id))
    .map((id) => ({
      accountId: c.account.id,
      userId: c.account.userId,
      providerMessageId: id,
      state: 'failed',
      reason: 'It was gone before it could be fetched.',
      messageId: null,
    }));
};

/** Changes made elsewhere are taken in, and nothing is done about them. */
const takeInOthers = async (tx: Tx, c: StoreContext, others: readonly MailChange[]): Promise<void> => {
  for (const change of others) {
    const handle = await findHandleByProviderId(tx, c.account.id, change.id);
    if (!handle) continue;
    if (change.kind === 'changed') await setMailState(tx, handle, change.state);
    if (change.kind === 'gone') await markGone(tx, handle, c.now);
  }
};
