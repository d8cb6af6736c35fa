import { basename, resolve } from 'node:path';
import type { Account } from '#accounts/account.ts';
import { createAccount, findAccountByEmail, findAnyAccount } from '#accounts/store.ts';
import { importJob } from '#ingest/import.job.ts';
import { ledgerOfAccount, ledgerOfUser } from '#ingest/status.ts';
import { openArchive } from '#mail/archive/archive.ts';
import type { Job } from '#queue/job.ts';
import { AppError } from '#std/errors.ts';
import type { Input } from './command.ts';
import type { CommandContext } from './context.ts';
import { drainWork, isEnded } from './drain.ts';
import type { CliApp, OpenProgram } from './program.ts';
import { Progress } from './progress.ts';
import { INTERRUPTED, OK } from './report.ts';
import { count, counted, oneLine, span } from './text.ts';

const DEFAULT_ACCOUNT = 'archive';

/** What is at the path must be what the command line says. Throws an input error that says what it is instead. */
const checkArchive = async (path: string, wanted: string): Promise<void> => {
  const { format } = await openArchive(path);
  if (format === wanted) return;
  throw new AppError('input', 'cli.other-format', `${path} is ${format}, not ${wanted}`, {
    help: `Use: ashford import ${format} ${path}`,
  });
};

/** The local account of that name, made when there is none. */
export const localAccount = async (
  app: CliApp,
  o: { name: string; displayName?: string; config?: unknown },
): Promise<Account> => {
  const key = { userId: app.owner.id, provider: 'local', email: o.name };
  const found = await findAccountByEmail(app.db, key);
  if (found) return found;
  return createAccount(app, { ...key, displayName: o.displayName ?? o.name, config: o.config });
};

/** An import of the same archive that was interrupted goes on; else a new one begins. */
const importJobFor = async (app: CliApp, account: Account, path: string): Promise<string> => {
  const isSame = ({ payload }: Job) => {
    const p = payload as { accountId?: unknown; path?: unknown };
    return p.accountId === account.id && p.path === path;
  };
  for (const state of ['running', 'queued'] as const) {
    const job = (await app.queue.list({ type: importJob.type, state })).find(isSame);
    if (job) return job.id;
  }
  const payload = { accountId: account.id, path, newestNow: false };
  return (await app.queue.enqueue(importJob, payload, { userId: app.owner.id })).id;
};

interface Importing {
  context: CommandContext;
  open: OpenProgram;
  account: Account;
  jobId: string;
  label: string;
}

/** Does the import and all that follows from it, with a bar for the reading and one for the sorting. */
const work = async ({ context, open, account, jobId, label }: Importing): Promise<boolean> => {
  const { app } = open;
  const { term, clock } = context;
  const quiet = context.json;
  const reading = new Progress({ term, clock, label, unit: 'bytes', quiet });
  const sorting = new Progress({ term, clock, label: 'Sorting', unit: 'messages', quiet });
  let readingEnded = false;
  let begun = false;
  const look = async () => {
    if (!begun)
      context.say(
        `Importing ${oneLine(label)} into ${oneLine(account.email)}. Ctrl-C stops it, and it can go on later.`,
      );
    begun = true;
    const [found, now] = await Promise.all([app.queue.get(jobId), findAnyAccount(app.db, account.id)]);
    const state = now?.state.import;
    if (!readingEnded && state?.name === label && found?.job.startedAt) {
      reading.update({ done: state.doneBytes, total: state.totalBytes, messages: state.messages });
    }
    if (!isEnded(found?.job)) return;
    if (!readingEnded) reading.end();
    readingEnded = true;
    const { received, decided, waiting } = await ledgerOfUser(app, app.owner.id);
    if (waiting > 0) sorting.update({ done: decided, total: received });
  };
  const done = async () => isEnded((await app.queue.get(jobId))?.job);
  const finished = await drainWork(open, { clock, look, done });
  reading.clear();
  sorting.clear();
  return finished;
};

const throwIfFailed = (job: Job | undefined): void => {
  if (job?.state !== 'failed' && job?.state !== 'canceled') return;
  throw new AppError(
    'permanent',
    'cli.import-failed',
    `The import ${job.state}: ${job.lastError ?? 'no reason is known'}`,
    {
      help: `\`ashford jobs show ${job.id}\` tells more. Run the same command again to go on.`,
    },
  );
};

/** Brings in an archive and ends with a line that sums it up. */
export const importCommand = async (context: CommandContext, { args, options }: Input): Promise<number> => {
  const [format = '', given = ''] = args;
  const path = resolve(given);
  await checkArchive(path, format);
  return context.withProgram(async (open) => {
    const { app } = open;
    const account = await localAccount(app, { name: options.text('account') ?? DEFAULT_ACCOUNT });
    const startMs = context.clock.ms();
    const before = await ledgerOfAccount(app, account.id);
    const jobId = await importJobFor(app, account, path);
    const finished = await work({ context, open, account, jobId, label: basename(path) });
    const job = (await app.queue.get(jobId))?.job;
    throwIfFailed(job);
    const after = await ledgerOfAccount(app, account.id);
    const added = after.received - before.received;
    const read = Number((job?.result as { messages?: unknown } | null)?.messages ?? added);
    const tookMs = Math.max(1, context.clock.ms() - startMs);
    const decided = after.decided - before.decided;
    const summary = {
      finished,
      account: account.email,
      accountId: account.id,
      messages: read,
      added,
      decided,
      tookMs,
    };
    context.print({ ...summary, waiting: after.waiting, jobId }, () =>
      finished ? summaryText(summary) : stoppedText(added),
    );
    return finished ? OK : INTERRUPTED;
  });
};

interface Summary {
  account: string;
  messages: number;
  added: number;
  decided: number;
  tookMs: number;
}

const summaryText = ({ account, messages, added, decided, tookMs }: Summary): string => {
  const there = Math.max(0, messages - added);
  const known = there > 0 ? `, ${count(there)} were there already` : '';
  const pace = added > 0 ? ` (${count((added * 1000) / tookMs)}/s)` : '';
  return `${counted(added, 'message')} added to ${account}${known}, ${count(decided)} decided, in ${span(tookMs)}${pace}.\n`;
};

const stoppedText = (added: number): string =>
  `Stopped; ${counted(added, 'message')} added so far. Run the same command again to go on: nothing is added twice.\n`;
