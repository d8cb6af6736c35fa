import type { Account } from '#accounts/account.ts';
import { signInOf } from '#accounts/sign-in-of.ts';
import { findAnyAccount } from '#accounts/store.ts';
import { tryAccount } from '#accounts/try-account.ts';
import { renewSecrets } from '#ingest/connect.ts';
import { setBackfillPaused, setPaused } from '#ingest/pause.ts';
import { removeAccount } from '#ingest/remove.ts';
import { syncNow } from '#ingest/sync-now.ts';
import { countArrived } from '#mail/count-store.ts';
import { givenPassword, healthText, signInToGoogle } from './account-add.ts';
import { showAccount } from './account-views.ts';
import type { Input } from './command.ts';
import type { CommandContext } from './context.ts';
import { drainWork, isEnded } from './drain.ts';
import { accountOf } from './lookup.ts';
import type { CliApp, OpenProgram } from './program.ts';
import { Progress } from './progress.ts';
import { FAILED, INTERRUPTED, OK } from './report.ts';
import { readRunFile } from './run-file.ts';
import { counted, oneLine } from './text.ts';
import { UsageError } from './usage-error.ts';

interface Request {
  userId: string;
  accountId: string;
  by: { actor: string; channel: string };
}

const requestOf = (app: CliApp, { id: accountId }: Account): Request => ({
  userId: app.owner.id,
  accountId,
  by: { actor: `user:${app.owner.id}`, channel: 'cli' },
});

const changing =
  (change: (app: CliApp, request: Request) => Promise<Account>) =>
  (context: CommandContext, { args }: Input): Promise<void> =>
    context.withApp(async (app) => {
      const account = await accountOf(app, args[0] ?? '');
      await change(app, requestOf(app, account));
      await showAccount(context, app, account.id);
    });

export const pauseAccountCommand = changing((app, r) => setPaused(app, { ...r, paused: true }));
export const resumeAccountCommand = changing((app, r) => setPaused(app, { ...r, paused: false }));
export const pauseBackfillCommand = changing((app, r) => setBackfillPaused(app, { ...r, paused: true }));
export const resumeBackfillCommand = changing((app, r) => setBackfillPaused(app, { ...r, paused: false }));

export const testAccountCommand = (context: CommandContext, { args }: Input): Promise<void> =>
  context.withApp(async (app) => {
    const account = await accountOf(app, args[0] ?? '');
    const health = await tryAccount(app.providers, signInOf(app.signIns), account);
    context.print(health, () => healthText(health));
  });

export const reauthorizeCommand = (context: CommandContext, { args, options }: Input): Promise<void> =>
  context.withApp(async (app) => {
    const account = await accountOf(app, args[0] ?? '');
    if (account.provider === 'local') {
      throw new UsageError(`${oneLine(account.email)} is an archive here: nobody signs in to it`);
    }
    if (account.provider === 'gmail') await signInToGoogle(context, app, { options, accountId: account.id });
    else {
      const secrets = { password: await givenPassword(context, options) };
      const { health } = await renewSecrets(app, { ...requestOf(app, account), secrets, test: true });
      if (health && !context.json) context.term.out(healthText(health));
    }
    await showAccount(context, app, account.id);
  });

/** Has a mailbox looked into, and does the work that follows unless a server does. */
export const syncAccountCommand = (context: CommandContext, { args }: Input): Promise<number> =>
  context.withProgram(async (open) => {
    const { app } = open;
    const account = await accountOf(app, args[0] ?? '');
    const before = await countArrived(app.db, account.id);
    const jobId = await syncNow(app, { userId: app.owner.id, accountId: account.id });
    const job = async () => (await app.queue.get(jobId))?.job;
    const look = async () => {};
    const finished = await drainWork(open, {
      clock: app.clock,
      look,
      done: async () => isEnded(await job()),
    });
    const ended = await job();
    const messages = (await countArrived(app.db, account.id)) - before;
    const answer = { jobId, state: ended?.state ?? 'completed', messages, error: ended?.lastError ?? null };
    context.print(answer, () =>
      answer.state === 'completed'
        ? `${counted(messages, 'new message')}.\n`
        : `${answer.state}: ${oneLine(answer.error ?? 'no reason is known')}\n`,
    );
    if (!finished) return INTERRUPTED;
    return answer.state === 'failed' ? FAILED : OK;
  });

type Fate = 'keep' | 'delete';

const EFFECT: Readonly<Record<Fate, string>> = {
  keep: 'is kept: it can still be read and searched',
  delete: "is deleted here, with what was decided and done about it. That can't be undone",
};

const fateOf = async (context: CommandContext, { options }: Input, messages: number): Promise<Fate> => {
  const [keep, drop] = [options.flag('keepMail') === true, options.flag('deleteMail') === true];
  if (keep && drop) throw new UsageError('Choose one: --keep-mail or --delete-mail');
  if (keep || drop) return drop ? 'delete' : 'keep';
  if (!context.term.canAsk || context.json) {
    throw new UsageError('Nothing says what becomes of its mail', 'Add --keep-mail or --delete-mail.');
  }
  const answer = await context.term.ask(
    `${counted(messages, 'message')} of it ${messages === 1 ? 'is' : 'are'} stored here. Delete ${messages === 1 ? 'it' : 'them'} too? [y/N] `,
  );
  return /^y(es)?$/i.test(answer.trim()) ? 'delete' : 'keep';
};

const isConfirmed = async (context: CommandContext, { options }: Input): Promise<boolean> => {
  if (options.flag('yes') || context.json) return true;
  if (!context.term.canAsk)
    throw new UsageError('Nobody can be asked here', 'Add --yes to do it without asking.');
  return /^y(es)?$/i.test((await context.term.ask('Remove it? [y/N] ')).trim());
};

/** Does the removal here, with a bar; a server that runs does it by itself. */
const carryOut = async (
  context: CommandContext,
  open: OpenProgram,
  o: { account: Account; jobId: string },
) => {
  const { app } = open;
  const { term, json: quiet } = context;
  const progress = new Progress({ term, clock: app.clock, label: 'Deleting', unit: 'messages', quiet });
  const look = async () => {
    const removal = (await findAnyAccount(app.db, o.account.id))?.state.removal;
    if (removal && removal.total > 0) progress.update({ done: removal.done, total: removal.total });
  };
  const done = async () => isEnded((await app.queue.get(o.jobId))?.job);
  const finished = await drainWork(open, { clock: app.clock, look, done });
  progress.clear();
  return finished;
};

/** Says what happens, asks, and removes the account. */
export const removeAccountCommand = (context: CommandContext, input: Input): Promise<number> =>
  context.withProgram(async (open) => {
    const { app } = open;
    const account = await accountOf(app, input.args[0] ?? '');
    const messages = await countArrived(app.db, account.id);
    const mail = await fateOf(context, input, messages);
    context.say(
      `Ashford stops reading ${oneLine(account.email)} and forgets how to sign in to it. In the mailbox itself nothing changes.\nWhat is stored here of it, ${counted(messages, 'message')}, ${EFFECT[mail]}.`,
    );
    if (!(await isConfirmed(context, input))) {
      context.say('Nothing was removed.');
      return FAILED;
    }
    const { jobId } = await removeAccount(app, { ...requestOf(app, account), mail });
    const server = readRunFile(app.config.paths.data_dir);
    const finished = server ? true : await carryOut(context, open, { account, jobId });
    context.print({ id: account.id, mail, messages, jobId, finished: !server && finished }, () => {
      if (server) return `Removed; the server at ${server.url} does the rest.\n`;
      if (!finished) return 'Removed; the rest goes on with `ashford run --until-idle` or the server.\n';
      return mail === 'keep'
        ? 'Removed; its mail is kept.\n'
        : `Removed, with ${counted(messages, 'message')}.\n`;
    });
    return finished ? OK : INTERRUPTED;
  });
