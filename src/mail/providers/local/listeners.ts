import type { Db } from '#db/db.ts';
import { readMailbox } from './store.ts';

/** Who wants to know of changes in which account's mailbox. Of the whole process: whoever commits a change tells all. */
const listeners = new Map<string, Set<() => void>>();

/** Call it after the commit of a change. */
export const tellListeners = (accountId: string): void => {
  for (const fn of listeners.get(accountId) ?? []) fn();
};

/** Hears of this process's changes at once, and of other processes' where the database can tell of them. */
export const listen = (db: Db, accountId: string, onChange: () => void): (() => void) => {
  const all = listeners.get(accountId) ?? new Set();
  listeners.set(accountId, all);
  // A function of its own, so that the same one may listen twice.
  const listener = () => onChange();
  all.add(listener);
  const stopForeign = onForeignChange(db, accountId, listener);
  return () => {
    all.delete(listener);
    if (all.size === 0 && listeners.get(accountId) === all) listeners.delete(accountId);
    stopForeign();
  };
};

/** A foreign commit is mostly about something else, so the mailbox is asked whether it moved. */
const onForeignChange = (db: Db, accountId: string, listener: () => void): (() => void) => {
  let seen: number | undefined;
  let stopped = false;
  const look = async (): Promise<void> => {
    const { last } = await readMailbox(db, accountId);
    if (!stopped && (seen === undefined || last > seen)) listener();
    seen = last;
  };
  // Only a hint is lost when the database can't be read now; the poll that stands behind every watch finds the change.
  const lookQuietly = (): void => void look().catch(() => {});
  const stop = db.onForeignCommit(lookQuietly);
  return () => {
    stopped = true;
    stop();
  };
};
