import type { Account } from '#accounts/account.ts';
import type { Backfill } from '#accounts/intake.ts';
import type { Sql } from '#db/db.ts';
import type { AccountView, ProgressView } from '#http/shapes/account.ts';
import { countArrived } from '#mail/count-store.ts';
import type { Clock } from '#std/clock.ts';
import { toMs } from '#std/time.ts';

const MESSAGES = 'messages';
/** A pace over less than this many seconds says nothing. */
const PACE_SECONDS = 1;

const isImporting = ({ state }: Account): boolean =>
  state.import !== undefined && state.import.finishedAt === null;

const tenths = (n: number): number => Math.round(n * 10) / 10;

const progress = (o: { done: number; total: number | null; rate: number | null }): ProgressView => ({
  done: o.done,
  total: o.total,
  unit: MESSAGES,
  ratePerSecond: o.rate === null ? null : tenths(o.rate),
  secondsLeft:
    o.rate === null || o.rate <= 0 || o.total === null
      ? null
      : Math.ceil(Math.max(0, o.total - o.done) / o.rate),
});

const paceSince = (done: number, since: string, nowMs: number): number | null => {
  const seconds = (nowMs - toMs(since)) / 1000;
  return seconds > PACE_SECONDS && done > 0 ? done / seconds : null;
};

const importOf = (account: Account, nowMs: number): ProgressView | undefined => {
  const { import: running } = account.state;
  if (!running || !isImporting(account)) return undefined;
  const { doneBytes, totalBytes, messages } = running;
  // How many there are isn't known before all are read: told from how far the reading has come.
  const total = doneBytes > 0 ? Math.max(messages, Math.round((messages / doneBytes) * totalBytes)) : null;
  return progress({ done: messages, total, rate: paceSince(messages, running.startedAt, nowMs) });
};

const backfillOf = (b: Backfill): NonNullable<AccountView['backfill']> => {
  const state = b.finishedAt !== null ? 'finished' : b.paused ? 'paused' : 'running';
  // The provider guesses, and may guess too few.
  const total = state === 'finished' ? b.done : b.total === null ? null : Math.max(b.total, b.done);
  const rate = state === 'running' ? b.perSecond : null;
  return { ...progress({ done: b.done, total, rate }), state, finishedAt: b.finishedAt };
};

const removalOf = ({ state }: Account, nowMs: number): ProgressView | undefined => {
  const { removal } = state;
  if (removal?.mail !== 'delete') return undefined;
  const { done, total, at } = removal;
  return progress({ done, total, rate: paceSince(done, at, nowMs) });
};

const statusOf = (account: Account): AccountView['status'] => {
  const { removal, backfill } = account.state;
  if (removal) return removal.mail === 'delete' ? 'removing' : 'removed';
  if (account.status === 'needs_reauthorization') return 'needs_user';
  const isFilling = backfill !== undefined && backfill.finishedAt === null && !backfill.paused;
  if (account.status === 'active' && (isImporting(account) || isFilling)) return 'syncing';
  return account.status;
};

/** While its mail is deleted the address of an account belongs to whoever takes it next. */
const emailOf = (account: Account): string =>
  account.state.removal?.mail === 'delete' ? account.displayName : account.email;

export const accountView = async (
  ports: { db: Sql; clock: Clock },
  account: Account,
): Promise<AccountView> => {
  const nowMs = ports.clock.ms();
  const { displayName, state } = account;
  const importProgress = importOf(account, nowMs);
  const removal = removalOf(account, nowMs);
  return {
    id: account.id,
    email: emailOf(account),
    displayName: displayName === '' ? null : displayName,
    provider: account.provider as AccountView['provider'],
    status: statusOf(account),
    statusDetail: account.statusReason,
    messages: await countArrived(ports.db, account.id),
    lastSyncAt: state.lastSyncAt ?? null,
    ...(importProgress ? { importProgress } : {}),
    ...(state.backfill ? { backfill: backfillOf(state.backfill) } : {}),
    ...(removal ? { removal } : {}),
  };
};

/** In the order in which they were connected. */
export const accountViews = async (
  ports: { db: Sql; clock: Clock },
  accounts: readonly Account[],
): Promise<AccountView[]> => {
  const views: AccountView[] = [];
  for (const account of accounts) views.push(await accountView(ports, account));
  return views;
};
