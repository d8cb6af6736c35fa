import type { User } from '#access/user.ts';
import { listAccounts } from '#accounts/store.ts';
import { countActedOn, countCarriedOut, listActions } from '#actions/list-store.ts';
import { countWaiting } from '#approvals/store.ts';
import { listDigests } from '#digests/store.ts';
import type { KeptCounts } from '#http/kept-counts.ts';
import type { HttpPorts } from '#http/ports.ts';
import type { TodayView } from '#http/shapes/today.ts';
import { ledgerSince } from '#ingest/status.ts';
import { countReceived } from '#mail/count-store.ts';
import { toInstant } from '#std/time.ts';
import { dayOf, startOfDay } from '#std/zone.ts';
import { accountViews } from './account-view.ts';
import { actionSummaries } from './action-view.ts';

const DAYS = 14;
const RECENT = 8;
/** What a person takes to look at a message and file it, in seconds: a careful guess, and said to be one. */
const SECONDS_AN_ACTION = 4;

interface Day {
  day: string;
  fromMs: number;
  toMs: number;
}

/** The last days in the person's zone, oldest first; the last one ends now. */
const daysUntil = (nowMs: number, timeZone: string): Day[] =>
  Array.from({ length: DAYS }, (_, i) => {
    const back = DAYS - 1 - i;
    const fromMs = startOfDay(nowMs, timeZone, back);
    // Mail may carry a time a little ahead of ours.
    const toMs = back === 0 ? startOfDay(nowMs, timeZone, -1) : startOfDay(nowMs, timeZone, back - 1);
    return { day: dayOf(fromMs, timeZone), fromMs, toMs };
  });

const volumeOf = async (
  app: HttpPorts,
  userId: string,
  days: readonly Day[],
): Promise<TodayView['volume']> => {
  const volume: TodayView['volume'] = [];
  for (const { day, fromMs, toMs } of days) {
    const range = { userId, from: toInstant(fromMs), to: toInstant(toMs) };
    const received = await countReceived(app.db, range);
    volume.push({ day, received, acted: await countActedOn(app.db, range) });
  }
  return volume;
};

/** Everything that the first page shows. */
export const todayView = async (app: HttpPorts, user: User, kept: KeptCounts): Promise<TodayView> => {
  const { id: userId, timeZone } = user;
  const days = daysUntil(app.clock.ms(), timeZone);
  const todayMs = days.at(-1)?.fromMs ?? app.clock.ms();
  const firstMs = days[0]?.fromMs ?? todayMs;
  const key = (what: string) => `${what} ${userId} ${todayMs}`;
  const today = await kept(key('today'), () => countCarriedOut(app.db, { userId, sinceMs: todayMs }));
  const before = await kept(key('since'), () => countCarriedOut(app.db, { userId, sinceMs: firstMs }));
  const byType = new Map<string, number>();
  for (const { type, count } of today) byType.set(type, (byType.get(type) ?? 0) + count);
  const automatic = before.filter((b) => !b.manual && b.type !== 'none').reduce((n, b) => n + b.count, 0);
  const recent = await listActions(app.db, { userId, limit: RECENT });
  return {
    waitingApprovals: await countWaiting(app.db, userId),
    ledger: await kept(key('ledger'), () => ledgerSince(app, userId, todayMs)),
    actionsToday: {
      byType: [...byType].map(([type, count]) => ({ type, count })).sort((a, b) => b.count - a.count),
      total: today.reduce((n, t) => n + t.count, 0),
    },
    volume: await kept(key('volume'), () => volumeOf(app, userId, days)),
    recentActions: await actionSummaries(app.db, userId, recent),
    lastDigest: (await listDigests(app.db, { userId, limit: 1 }))[0] ?? null,
    accounts: await accountViews(app, await listAccounts(app.db, userId)),
    secondsSaved: automatic * SECONDS_AN_ACTION,
  };
};
