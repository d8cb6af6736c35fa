import { findUser } from '#access/user-store.ts';
import type { Action } from '#actions/action.ts';
import { type Activity, listActivity } from '#activity/store.ts';
import { PAGE_ROWS_MAX } from '#config/limits.ts';
import type { Sql } from '#db/db.ts';
import type { ActionDetail } from '#http/shapes/action.ts';

type Entry = ActionDetail['audit'][number];

const PROGRAM = 'ashford';

const phraseOf = (action: string): string => {
  if (action === 'approval.approve') return 'approved';
  if (action === 'approval.reject') return 'rejected';
  if (action === 'action.undo') return 'asked to undo it';
  return action.startsWith('action.') ? 'asked for it' : action.replaceAll(/[.-]/g, ' ');
};

/** A person is called by their address, everything else by what it calls itself. */
export const actorName = async (sql: Sql, actor: string): Promise<string> => {
  if (actor === 'system') return PROGRAM;
  if (!actor.startsWith('user:')) return actor;
  return (await findUser(sql, actor.slice('user:'.length)))?.email ?? 'somebody who is gone';
};

const fromLog = async (sql: Sql, entries: readonly Activity[]): Promise<Entry[]> => {
  const names = new Map<string, string>();
  for (const { actor } of entries) {
    if (!names.has(actor)) names.set(actor, await actorName(sql, actor));
  }
  return entries.map((e) => ({
    at: e.at,
    actor: names.get(e.actor) ?? e.actor,
    channel: e.channel,
    action: phraseOf(e.action),
  }));
};

/** What happened to one action and who did it, oldest first. */
export const auditOf = async (
  sql: Sql,
  userId: string,
  o: { action: Action; ruleName: string | null },
): Promise<Entry[]> => {
  const { action } = o;
  const { items } = await listActivity(sql, userId, {
    subject: { type: 'action', id: action.id },
    limit: PAGE_ROWS_MAX,
  });
  const own = (at: string, actor: string, what: string): Entry => ({
    at,
    actor,
    channel: null,
    action: what,
  });
  const made =
    action.source === 'manual' ? [] : [own(action.createdAt, o.ruleName ?? action.source, 'decided on it')];
  const done = action.executedAt === null ? [] : [own(action.executedAt, PROGRAM, 'carried it out')];
  const all = [...made, ...(await fromLog(sql, items.reverse())), ...done];
  return all.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
};
