import { basename } from 'node:path';
import { z } from 'zod';
import type { ImportProgress } from '#accounts/account.ts';
import { mergeAccountState } from '#accounts/store.ts';
import { BULK_PRIORITY, DELIVER_BYTES, DELIVER_MESSAGES, IMPORT_MS } from '#config/limits.ts';
import { parseAddresses } from '#mail/address.ts';
import { type ArchivedMail, openArchive } from '#mail/archive/archive.ts';
import { readHeaders } from '#mail/headers.ts';
import { deliver } from '#mail/providers/local/deliver.ts';
import type { JobContext } from '#queue/context.ts';
import { defineJob } from '#queue/define.ts';
import { crashpoint } from '#std/crashpoint.ts';
import { AppError } from '#std/errors.ts';
import { type Instant, toInstant, toMs } from '#std/time.ts';
import type { IngestPorts } from './ports.ts';
import { syncJob } from './sync.job.ts';

const importPayload = z.strictObject({
  accountId: z.string(),
  /** Of an mbox file, a Maildir, or an .eml file or a folder of them. Absolute. */
  path: z.string(),
  /** Moves all dates so that the newest message came just now: for demonstrations. */
  newestNow: z.boolean().default(false),
});

/**
 * Delivers an archive into a local mailbox, from where the same sync as everywhere takes it in. Killed and begun again it
 * reads the archive from its start and passes over what is there: a message is known by its bytes.
 */
export const importJob = defineJob({
  type: 'import',
  payload: importPayload as z.ZodType<z.output<typeof importPayload>>,
  timeoutMs: IMPORT_MS,
  maxAttempts: 10,
  priority: BULK_PRIORITY,
  serialKey: (p) => `import:${p.accountId}`,
  run: async (ctx: JobContext<IngestPorts>, p) => {
    const { account } = await ctx.app.openMailbox(p.accountId);
    if (account.provider !== 'local') {
      throw new AppError('input', 'ingest.not-local', 'An archive is imported into a local account', {
        help: 'Leave out the account to have one made.',
      });
    }
    const archive = await openArchive(p.path);
    const shiftMs = p.newestNow ? ctx.app.clock.ms() - toMs(await newestDate(p.path)) : 0;
    const progress: ImportProgress = {
      name: basename(p.path),
      doneBytes: 0,
      totalBytes: archive.totalBytes,
      messages: 0,
      startedAt: ctx.app.clock.now(),
      finishedAt: null,
    };
    const write = new BatchWriter(ctx, {
      accountId: account.id,
      own: account.email.toLowerCase(),
      progress,
      shiftMs,
    });
    for await (const message of archive.messages()) {
      ctx.signal.throwIfAborted();
      await write.add(message);
    }
    await write.finish();
    ctx.note({ messages: progress.messages });
    return { messages: progress.messages };
  },
});

const newestDate = async (path: string): Promise<Instant> => {
  let newest = toInstant(0);
  const archive = await openArchive(path);
  for await (const m of archive.messages()) if (m.date !== null && m.date > newest) newest = m.date;
  return newest;
};

const HEADER_BYTES = 16_384;

/** An archive that tells no places holds what its owner wrote among what they got. */
const isOwnMail = (m: ArchivedMail, own: string): boolean => {
  if (m.labels.length !== 1 || m.labels[0] !== 'Inbox') return false;
  const head = Buffer.from(m.raw.buffer, m.raw.byteOffset, Math.min(m.raw.byteLength, HEADER_BYTES));
  // Nearly all mail is settled by this; only the rest is read properly.
  if (!head.toString('latin1').toLowerCase().includes(own)) return false;
  const from = readHeaders(head).headers.find(([name]) => name === 'from')?.[1] ?? '';
  return parseAddresses(from).some((a) => a.address.toLowerCase() === own);
};

interface Target {
  accountId: string;
  /** The account's own address, in lower case. */
  own: string;
  progress: ImportProgress;
  shiftMs: number;
}

class BatchWriter {
  readonly #ctx: JobContext<IngestPorts>;
  readonly #target: Target;
  #batch: ArchivedMail[] = [];
  #bytes = 0;

  constructor(ctx: JobContext<IngestPorts>, target: Target) {
    this.#ctx = ctx;
    this.#target = target;
  }

  async add(message: ArchivedMail): Promise<void> {
    this.#batch.push(message);
    this.#bytes += message.raw.byteLength;
    if (this.#batch.length >= DELIVER_MESSAGES || this.#bytes >= DELIVER_BYTES) await this.#flush();
  }

  async finish(): Promise<void> {
    await this.#flush();
    const { progress, accountId } = this.#target;
    progress.doneBytes = progress.totalBytes;
    progress.finishedAt = this.#ctx.app.clock.now();
    await this.#ctx.write((tx) =>
      mergeAccountState(tx, { id: accountId, part: { import: progress }, now: this.#ctx.app.clock.now() }),
    );
  }

  async #flush(): Promise<void> {
    if (this.#batch.length === 0) return;
    const { accountId, own, progress, shiftMs } = this.#target;
    const { clock } = this.#ctx.app;
    const batch = this.#batch;
    this.#batch = [];
    this.#bytes = 0;
    const last = batch.at(-1);
    progress.messages += batch.length;
    if (last) progress.doneBytes = last.endOffset;
    await this.#ctx.write(async (tx) => {
      const now = clock.now();
      await deliver(tx, {
        accountId,
        mails: batch.map((m) => ({
          ...m,
          labels: isOwnMail(m, own) ? ['Sent'] : m.labels,
          date: m.date === null ? now : shiftMs === 0 ? m.date : toInstant(toMs(m.date) + shiftMs),
        })),
      });
      crashpoint('import.delivered');
      await mergeAccountState(tx, { id: accountId, part: { import: progress }, now });
      // The sync begins while the archive is still being read; one that waits already is enough.
      await this.#ctx.enqueue(syncJob, { accountId }, { tx, priority: BULK_PRIORITY });
    });
    crashpoint('import.committed');
  }
}
