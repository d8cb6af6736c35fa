import type { Account } from '#accounts/account.ts';
import type { Sql } from '#db/db.ts';
import type { AccountView } from '#http/shapes/account.ts';
import { countArrived } from '#mail/count-store.ts';
import type { Clock } from '#std/clock.ts';
import { toMs } from '#std/time.ts';

const isImporting = ({ state }: Account): boolean =>
  state.import !== undefined && state.import.finishedAt === null;

const progressOf = (account: Account, nowMs: number): AccountView['importProgress'] => {
  const { import: running } = account.state;
  if (!running || !isImporting(account)) return undefined;
  const { doneBytes, totalBytes, messages } = running;
  const seconds = (nowMs - toMs(running.startedAt)) / 1000;
  const total = doneBytes > 0 ? Math.max(messages, Math.round((messages / doneBytes) * totalBytes)) : null;
  const rate = seconds > 1 && messages > 0 ? messages / seconds : null;
  return {
    done: messages,
    // How many there are isn't known before all are read: told from how far the reading has come.
    total,
    unit: 'messages',
    ratePerSecond: rate === null ? null : Math.round(rate * 10) / 10,
    secondsLeft: rate === null || total === null ? null : Math.ceil((total - messages) / rate),
  };
};

const stateOf = (account: Account): AccountView['status'] => {
  if (account.status === 'needs_reauthorization') return 'needs_user';
  if (account.status === 'active' && isImporting(account)) return 'syncing';
  return account.status;
};

export const accountView = async (
  ports: { db: Sql; clock: Clock },
  account: Account,
): Promise<AccountView> => {
  const progress = progressOf(account, ports.clock.ms());
  return {
    id: account.id,
    email: account.email,
    displayName: account.displayName === '' ? null : account.displayName,
    provider: account.provider as AccountView['provider'],
    status: stateOf(account),
    statusDetail: account.statusReason,
    messages: await countArrived(ports.db, account.id),
    lastSyncAt: account.state.lastSyncAt ?? null,
    ...(progress ? { importProgress: progress } : {}),
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
