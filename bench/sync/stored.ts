import type { Db } from '#db/db.ts';

/** What is left to do for an account. */
export interface StoredAccount {
  messages: number;
  decided: number;
  /** Jobs that deal with messages and are not over. */
  jobs: number;
  actions: number;
  backfilled: boolean;
}

const COUNT = `select
  (select count(*) from messages where account_id = $1) as messages,
  (select count(*) from message_ledger where account_id = $1 and state not in ('seen', 'stored')) as decided,
  (select count(*) from jobs where state in ('queued', 'running') and type in ('sync', 'backfill', 'classify', 'action.apply')) as jobs,
  (select count(*) from actions where account_id = $1 and status = 'completed') as actions,
  (select state_json from accounts where id = $1) as state`;

export const readAccount = async (db: Db, id: string): Promise<StoredAccount> => {
  const [row] = await db.all<Record<string, string | number>>(COUNT, [id]);
  const state = JSON.parse(String(row?.state ?? '{}')) as { backfill?: { finishedAt: string | null } };
  return {
    messages: Number(row?.messages),
    decided: Number(row?.decided),
    jobs: Number(row?.jobs),
    actions: Number(row?.actions),
    backfilled: (state.backfill?.finishedAt ?? null) !== null,
  };
};
