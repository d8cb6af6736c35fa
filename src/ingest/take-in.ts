import { type Account, isRemoved } from '#accounts/account.ts';
import { accountGone } from '#accounts/removed.ts';
import { lockAccount } from '#accounts/store.ts';
import type { Tx } from '#db/db.ts';
import { asSent } from '#mail/corrections.ts';
import { addToLedger, type Known, knownInLedger, type LedgerEntry } from '#mail/ledger-store.ts';
import { lockHandlesByProviderId, type MailHandle, markGone, setMailState } from '#mail/message-store.ts';
import { applyPatch } from '#mail/patch.ts';
import type { FetchedMail, Lane, Mailbox, MailChange } from '#mail/port.ts';
import { type ArrivedMail, type SavedMail, saveMail } from '#mail/save-store.ts';
import { crashpoint } from '#std/crashpoint.ts';
import { AppError } from '#std/errors.ts';
import type { Instant } from '#std/time.ts';
import { classifyJob } from '#triage/classify.job.ts';
import type { Batch } from './batches.ts';
import { fetchMails } from './fetch-apart.ts';
import type { IngestPorts } from './ports.ts';
import { threadKeysFor } from './thread-keys.ts';

type ParsedFetched = FetchedMail & { mail: ArrivedMail['mail'] };

export interface Prepared {
  batch: Batch;
  /** Ids whose messages we did not have; those that are not among `mails` were gone before they could be fetched. */
  unknown: string[];
  /** Ids that the mailbox answered with an error while it gave others: they are asked for again by themselves. */
  withheld: string[];
  /** Set when the rest of the batch could not be asked for: what is here is good, and the batch is not over. */
  stopped?: { by: unknown };
  mails: ParsedFetched[];
}

export interface Where {
  account: Account;
  mailbox: Mailbox;
}

/** Fetches and parses what is new in a batch. Reads only. */
export const prepare = async (
  ports: IngestPorts,
  where: Where & { lane?: Lane; attempt: number },
  batch: Batch,
): Promise<Prepared> => {
  const { account, mailbox, lane = 'interactive', attempt } = where;
  const { stored } = await knownInLedger(ports.db, account.id, batch.ids);
  const wanted = batch.ids.filter((id) => !stored.has(id));
  const { mails: fetched, withheld, stopped } = await fetchMails(mailbox, { ids: wanted, lane, attempt });
  const { since } = account.state;
  const tooOld = new Set(
    fetched.filter((f) => batch.onlyOurs?.has(f.id) && f.internalDate < (since ?? '')).map((f) => f.id),
  );
  const ours = fetched.filter((f) => !tooOld.has(f.id));
  const raws = ours.flatMap((f) => ('raw' in f.content ? [f.content.raw] : []));
  const parsed = raws.length > 0 ? await ports.parser.parse(raws) : [];
  let next = 0;
  const mails = ours.map((f) => {
    const mail = 'raw' in f.content ? parsed[next++] : f.content.parsed;
    if (!mail) throw new Error('The parser answered fewer messages than it was given');
    return { ...f, mail: asSent(mail, f.content) };
  });
  const unknown = wanted.filter((id) => !tooOld.has(id) && stopped?.asked.has(id) !== false);
  if (!stopped) return { batch, unknown, withheld, mails };
  return { batch: { ...batch, others: [] }, unknown, withheld, mails, stopped };
};

/** How the messages of a batch are to be decided. */
export interface Judging {
  /** Labels of mail that is not judged, as provider ids: sent, drafts, spam and trash. */
  notJudged: ReadonlySet<string>;
  /** Whether a message counts as having come just now: see `#triage/classify.job.ts`. */
  isLive(mail: { internalDate: Instant }): boolean;
  /** Of the job that decides a message, by the message's place in the batch. */
  priority(place: number): number;
}

export interface StoreRequest {
  account: Account;
  judging: Judging;
  prepared: Prepared;
  now: Instant;
}

/**
 * Stores a prepared batch in the caller's transaction: messages, ledger, and a job to decide each. Told twice, it changes
 * nothing. Returns how many messages are new. Throws when the account was paused or removed meanwhile.
 */
export const storeBatch = async (ports: IngestPorts, tx: Tx, s: StoreRequest): Promise<number> => {
  const { account, prepared, now } = s;
  await stillOurs(tx, account.id);
  const known = await knownInLedger(tx, account.id, prepared.unknown);
  const fresh = prepared.mails.filter((m) => !known.stored.has(m.id));
  const saved = fresh.length === 0 ? [] : await save(ports, tx, { account, now, fresh });
  crashpoint('take-in.saved');
  const judged = saved.map((m, i) => ({
    ...m,
    mail: fresh[i],
    leftAlone: whyLeftAlone(s.judging, fresh[i]),
  }));
  await addToLedger(
    tx,
    [...judged.map((m) => entryOf(account, m)), ...goneEntries(account, prepared, known)],
    now,
  );
  await enqueueJudging(ports, tx, { account, judging: s.judging, judged });
  crashpoint('take-in.enqueued');
  await takeInOthers(tx, { account, now }, prepared.batch.others);
  return saved.length;
};

/** Who stores for one account waits for the others who do: the ledger they look into must not change behind them. */
const stillOurs = async (tx: Tx, accountId: string): Promise<void> => {
  const account = await lockAccount(tx, accountId);
  if (!account || isRemoved(account)) throw accountGone();
  if (account.status !== 'active') {
    // Begun again at once, so that whoever opens the account says what it waits for.
    throw new AppError('needs-user', 'accounts.stopped', 'The account was stopped meanwhile', {
      retryAfterMs: 0,
    });
  }
};

const save = async (
  ports: IngestPorts,
  tx: Tx,
  { account, now, fresh }: { account: Account; now: Instant; fresh: readonly ParsedFetched[] },
): Promise<SavedMail[]> => {
  const keys = await threadKeysFor(tx, account.id, fresh);
  return saveMail(
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
};

/** `leftAlone`: why it is not judged; null when it is. */
type Judged = SavedMail & { mail: ParsedFetched | undefined; leftAlone: string | null };

const whyLeftAlone = ({ notJudged }: Judging, mail: ParsedFetched | undefined): string | null => {
  if (mail?.state.labels.some((l) => notJudged.has(l)))
    return 'It was not in the inbox when it came: sent mail, a draft, spam or trash.';
  // What a rule does with a message it does once, however many copies there are.
  return mail?.isCopy ? 'It is a copy of a message in another folder.' : null;
};

const entryOf = (account: Account, m: Judged): LedgerEntry => ({
  accountId: account.id,
  userId: account.userId,
  providerMessageId: m.providerMessageId,
  state: m.leftAlone === null ? 'stored' : 'left_alone',
  reason: m.leftAlone,
  messageId: m.messageId,
});

const enqueueJudging = async (
  ports: IngestPorts,
  tx: Tx,
  o: { account: Account; judging: Judging; judged: readonly Judged[] },
): Promise<void> => {
  const byPriority = new Map<number, { messageId: string; live: boolean }[]>();
  for (const [place, { messageId, mail, leftAlone }] of o.judged.entries()) {
    if (leftAlone !== null || !mail) continue;
    const priority = o.judging.priority(place);
    const jobs = byPriority.get(priority) ?? [];
    jobs.push({ messageId, live: o.judging.isLive(mail) });
    byPriority.set(priority, jobs);
  }
  for (const [priority, jobs] of byPriority) {
    const options = { tx, userId: o.account.userId, fairKey: o.account.id, priority };
    await ports.queue.enqueueMany(classifyJob, jobs, options);
  }
};

const DELETED = { state: 'left_alone', reason: 'It was deleted before it could be read.' } as const;
const UNREADABLE = {
  state: 'failed',
  reason: 'The mailbox answers with an error when it is asked for. It is asked again for some hours.',
} as const;
const WITHHELD = { state: 'failed', reason: 'The mailbox lists it, but does not give it.' } as const;

/** One that is gone was deleted meanwhile, unless the mailbox lists it again after it said so, or answered with an error. */
const goneEntries = (account: Account, p: Prepared, known: Known): LedgerEntry[] => {
  const fetched = new Set(p.mails.map((m) => m.id));
  const withheld = new Set(p.withheld);
  const whyMissing = (id: string) => {
    if (withheld.has(id)) return UNREADABLE;
    return p.batch.listed && known.unread.has(id) ? WITHHELD : DELETED;
  };
  return p.unknown
    .filter((id) => !fetched.has(id) && !known.stored.has(id))
    .map((id) => ({
      accountId: account.id,
      userId: account.userId,
      providerMessageId: id,
      ...whyMissing(id),
      messageId: null,
    }));
};

/** Changes made elsewhere are taken in, and nothing is done about them. Those of mail that we do not have are passed over. */
const takeInOthers = async (
  tx: Tx,
  { account, now }: { account: Account; now: Instant },
  others: readonly MailChange[],
): Promise<void> => {
  if (others.length === 0) return;
  const ids = others.map((change) => change.id);
  const handles = await lockHandlesByProviderId(tx, account.id, ids);
  for (const change of others) {
    const handle = handles.get(change.id);
    if (handle) handles.set(change.id, await takeInOne(tx, { handle, change, now }));
  }
};

const takeInOne = async (
  tx: Tx,
  { handle, change, now }: { handle: MailHandle; change: MailChange; now: Instant },
): Promise<MailHandle> => {
  switch (change.kind) {
    case 'added':
      return handle;
    case 'gone':
      await markGone(tx, handle, now);
      return { ...handle, goneAt: now };
    case 'changed':
      await setMailState(tx, handle, change.state);
      return { ...handle, state: change.state, goneAt: null };
    case 'patched': {
      // What was changed before it went says nothing of a message that is gone.
      if (handle.goneAt !== null) return handle;
      const state = applyPatch(handle.state, change.patch);
      await setMailState(tx, handle, state);
      return { ...handle, state };
    }
  }
};
