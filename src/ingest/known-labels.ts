import type { Account } from '#accounts/account.ts';
import { lockAccount, mergeAccountState } from '#accounts/store.ts';
import { BULK_PRIORITY } from '#config/limits.ts';
import { LATE_MAIL_MS, SOUGHT_LABELS } from '#config/limits-ingest.ts';
import type { Tx } from '#db/db.ts';
import { type Label, listLabels, syncLabels } from '#mail/label-store.ts';
import type { LabelRole } from '#mail/message.ts';
import type { Mailbox } from '#mail/port.ts';
import type { JobContext } from '#queue/context.ts';
import { toMs } from '#std/time.ts';
import { labelsJob } from './labels.job.ts';
import type { IngestPorts } from './ports.ts';
import type { Judging, Prepared } from './take-in.ts';

type Ctx = JobContext<IngestPorts>;

/** Mail in these is not judged. */
const OWN: readonly (LabelRole | null)[] = ['sent', 'drafts', 'spam', 'trash'];

const ownOf = (labels: readonly Label[]): Set<string> =>
  new Set(labels.filter((l) => OWN.includes(l.role)).map((l) => l.providerLabelId));

/** The labels of an account as they are stored; asked of the mailbox when there are none yet. */
const storedLabels = async (ctx: Ctx, account: Account, mailbox: Mailbox): Promise<Label[]> => {
  const { app } = ctx;
  const scope = { userId: account.userId, accountId: account.id };
  const labels = await listLabels(app.db, scope);
  if (labels.length > 0) return labels;
  const remote = await mailbox.labels();
  await ctx.write(async (tx) => {
    const now = app.clock.now();
    await syncLabels(tx, { ...scope, remote, newId: app.newId, now });
    await mergeAccountState(tx, { id: account.id, part: { labelsAt: now }, now });
  });
  return listLabels(app.db, scope);
};

/** What a sync knows of the labels of its mailbox while it runs. */
export class KnownLabels {
  readonly #ctx: Ctx;
  readonly #account: Account;
  readonly #known: Set<string>;
  readonly notJudged: ReadonlySet<string>;

  private constructor(ctx: Ctx, account: Account, labels: readonly Label[]) {
    this.#ctx = ctx;
    this.#account = account;
    this.#known = new Set(labels.map((l) => l.providerLabelId));
    this.notJudged = ownOf(labels);
  }

  static async of(ctx: Ctx, { account, mailbox }: { account: Account; mailbox: Mailbox }) {
    return new KnownLabels(ctx, account, await storedLabels(ctx, account, mailbox));
  }

  /** Has the labels of the mailbox read when what is stored here names one that is not known. */
  async lookFor(tx: Tx, { mails, batch }: Prepared): Promise<void> {
    const named = [
      ...mails.flatMap((m) => m.state.labels),
      ...batch.others.flatMap((c) =>
        c.kind === 'changed' ? c.state.labels : c.kind === 'patched' ? c.patch.addLabels : [],
      ),
    ];
    const unknown = named.filter((label) => !this.#known.has(label));
    if (unknown.length === 0) return;
    for (const label of unknown) this.#known.add(label);
    const { id } = this.#account;
    // Some mailboxes name labels that they do not list; those are not to have the list read at every mail.
    const sought = (await lockAccount(tx, id))?.state.soughtLabels ?? [];
    const fresh = [...new Set(unknown)].filter((label) => !sought.includes(label));
    if (fresh.length === 0) return;
    const part = { soughtLabels: [...sought, ...fresh].slice(-SOUGHT_LABELS) };
    await mergeAccountState(tx, { id, part, now: this.#ctx.app.clock.now() });
    await this.#ctx.enqueue(labelsJob, { accountId: id }, { tx });
  }
}

/** An archive that comes in was chosen by a person, in bulk. */
const isImporting = ({ state }: Account): boolean =>
  state.import !== undefined && state.import.finishedAt === null;

/** How mail is decided that a sync brings: as live, unless it is old or an archive is coming in. */
export const judgingLive = (account: Account, notJudged: ReadonlySet<string>, nowMs: number): Judging => {
  const bulk = isImporting(account);
  return {
    notJudged,
    isLive: ({ internalDate }) => !bulk && nowMs - toMs(internalDate) < LATE_MAIL_MS,
    priority: () => (bulk ? BULK_PRIORITY : 0),
  };
};
