import { listAccounts } from '#accounts/store.ts';
import type { AccountFigures, AccountView, ProgressView } from '#http/shapes/account.ts';
import { accountDetail } from '#http/views/account-figures.ts';
import type { Input } from './command.ts';
import type { CommandContext } from './context.ts';
import { accountOf } from './lookup.ts';
import type { CliApp } from './program.ts';
import { pairs, table } from './table.ts';
import { count, oneLine, span } from './text.ts';
import { shownTime } from './when.ts';

/** Nothing is kept between two commands. */
const once = <T>(_key: string, work: () => Promise<T>): Promise<T> => work();

const WORDS: Readonly<Record<AccountView['status'], string>> = {
  active: 'in sync',
  syncing: 'bringing in mail',
  paused: 'paused',
  needs_user: 'must sign in',
  error: 'error',
  removing: 'being removed',
  removed: 'removed',
};

export const statusWord = ({ status }: Pick<AccountView, 'status'>): string => WORDS[status];

const progressText = (p: ProgressView): string => {
  const of = p.total === null ? '' : ` of ${count(Math.max(p.total, p.done))}`;
  const rate = p.ratePerSecond === null ? '' : `, ${count(p.ratePerSecond)}/s`;
  const left = p.secondsLeft === null ? '' : `, about ${span(p.secondsLeft * 1000)} left`;
  return `${count(p.done)}${of}${rate}${left}`;
};

const ledgerText = ({ ledger }: AccountFigures): string => {
  const { received, decided, waiting, unexplained } = ledger;
  return `received ${count(received)} · decided ${count(decided)} · waiting ${count(waiting)} · unexplained ${count(unexplained)}`;
};

export const listAccountsCommand = (context: CommandContext): Promise<void> =>
  context.withApp(async (app) => {
    const views: AccountView[] = [];
    for (const account of await listAccounts(app.db, app.owner.id)) {
      views.push(await accountDetail(app, account, once));
    }
    const zone = app.config.digest.time_zone;
    context.print(views, () =>
      views.length === 0
        ? 'There are no accounts yet. `ashford accounts add gmail` and `ashford accounts add imap` connect a mailbox; `ashford import mbox FILE` brings in an archive.\n'
        : table(
            context.term,
            [
              { title: 'ID' },
              { title: 'KIND' },
              { title: 'ADDRESS', shrinks: true },
              { title: 'STATUS' },
              { title: 'MESSAGES', align: 'right' },
              { title: 'WAITING', align: 'right' },
              { title: 'LAST LOOK' },
            ],
            views.map((a) => [
              a.id,
              a.provider,
              oneLine(a.email),
              statusWord(a),
              count(a.messages),
              count(a.figures?.ledger.waiting ?? 0),
              a.lastSyncAt === null ? 'never' : shownTime(a.lastSyncAt, zone),
            ]),
          ),
    );
  });

const quotaText = (quota: NonNullable<AccountFigures['quota']>, zone: string): string => {
  const used = `${count(quota.unitsLastMinute)} of ${count(quota.unitsPerMinute)} units in the last minute, ${count(quota.unitsToday)} today`;
  if (quota.projectRestsUntil) return `${used}; used up until ${shownTime(quota.projectRestsUntil, zone)}`;
  return quota.slowUntil ? `${used}; half the pace until ${shownTime(quota.slowUntil, zone)}` : used;
};

const signInText = (s: NonNullable<AccountFigures['signIn']>, zone: string): string => {
  const parts = [s.since === null ? '' : `since ${shownTime(s.since, zone)}`, s.access ?? ''];
  const ends = s.endsAt === null ? '' : `expected to end ${shownTime(s.endsAt, zone)}`;
  return [...parts, ends].filter((part) => part !== '').join(', ');
};

const watchText = (watch: NonNullable<AccountFigures['watch']>, zone: string): string => {
  const until = watch.endsAt === null ? '' : `, good until ${shownTime(watch.endsAt, zone)}`;
  return `renewed ${shownTime(watch.renewedAt, zone)}${until}`;
};

const serverText = (server: unknown): string => {
  const { host, port } = (server ?? {}) as { host?: string; port?: number };
  return host === undefined ? 'none' : `${oneLine(host)}:${port}`;
};

const figureRows = (f: AccountFigures, zone: string): [string, string][] => [
  ['ledger', ledgerText(f)],
  ...(f.lag ? [['lag', `${span(f.lag.medianMs)}, ${span(f.lag.worstMs)} at worst`] as [string, string]] : []),
  ...(f.lastMailAt ? [['newest mail', shownTime(f.lastMailAt, zone)] as [string, string]] : []),
  ...(f.watch ? [['notifications', watchText(f.watch, zone)] as [string, string]] : []),
  ...(f.quota ? [['quota', quotaText(f.quota, zone)] as [string, string]] : []),
  ...(f.signIn ? [['signed in', signInText(f.signIn, zone)] as [string, string]] : []),
  ...(f.settings
    ? [
        ['reads from', serverText(f.settings.imap)] as [string, string],
        ['sends through', serverText(f.settings.smtp)] as [string, string],
      ]
    : []),
  ...f.troubles.map((text): [string, string] => ['trouble', text]),
];

export const accountText = (a: AccountView, zone: string): string =>
  pairs([
    ['account', a.id],
    ['address', oneLine(a.email)],
    ['kind', a.provider],
    ['status', `${statusWord(a)}${a.statusDetail === null ? '' : `: ${oneLine(a.statusDetail)}`}`],
    ['messages', count(a.messages)],
    ['last look', a.lastSyncAt === null ? 'never' : shownTime(a.lastSyncAt, zone)],
    ...(a.importProgress ? [['import', progressText(a.importProgress)] as const] : []),
    ...(a.backfill ? [['older mail', `${a.backfill.state}, ${progressText(a.backfill)}`] as const] : []),
    ...(a.removal ? [['deleted', progressText(a.removal)] as const] : []),
    ...(a.figures ? figureRows(a.figures, zone) : []),
  ]);

/** One account as it is now, for the answer of a command. */
export const showAccount = async (context: CommandContext, app: CliApp, id: string): Promise<void> => {
  const account = (await listAccounts(app.db, app.owner.id)).find((a) => a.id === id);
  if (!account) return;
  const view = await accountDetail(app, account, once);
  context.print(view, () => accountText(view, app.config.digest.time_zone));
};

export const showAccountCommand = (context: CommandContext, { args }: Input): Promise<void> =>
  context.withApp(async (app) => {
    const { id } = await accountOf(app, args[0] ?? '');
    await showAccount(context, app, id);
  });
