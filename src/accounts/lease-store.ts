import type { Engine, Sql, Tx } from '#db/db.ts';
import { textsOf } from '#db/insert-rows.ts';
import type { Clock } from '#std/clock.ts';

/** What only one process at a time does for an account. */
export type LeasePurpose = 'watch' | 'token';

export interface Lease {
  purpose: LeasePurpose;
  /** Names one holder: two that share a name share what they hold. */
  holder: string;
}

// An embedded file is on this machine, whose clock all of its processes share; machines that share a server may disagree.
const nowSql = (engine: Engine, place: number): string => {
  switch (engine) {
    case 'embedded':
      return `cast($${place} as integer)`;
    // Named in every case, since a statement is bound to all of its parameters.
    case 'remote':
      return `(cast(strftime('%s', 'now') as integer) * 1000 + cast(substr(strftime('%f', 'now'), 4) as integer)
        + 0 * cast($${place} as integer))`;
    case 'postgres':
      return `(select cast(extract(epoch from clock_timestamp()) * 1000 as bigint) + 0 * cast($${place} as bigint))`;
  }
};

const acquireSql = (engine: Engine): string => {
  const now = nowSql(engine, 4);
  const ttl = engine === 'postgres' ? 'cast($5 as bigint)' : 'cast($5 as integer)';
  return `insert into account_leases (account_id, purpose, holder, expires_at)
    select id, $2, $3, ${now} + ${ttl} from accounts where id in (${textsOf(engine, 1)}) order by id
    on conflict (account_id, purpose) do update set holder = excluded.holder, expires_at = excluded.expires_at
    where account_leases.holder = excluded.holder or account_leases.expires_at <= ${now}
      or account_leases.expires_at > ${now} + 2 * ${ttl}
    returning account_id`;
};

const ACQUIRE: Record<Engine, string> = {
  embedded: acquireSql('embedded'),
  remote: acquireSql('remote'),
  postgres: acquireSql('postgres'),
};

/**
 * Takes the lease of each of these accounts that is free, that nobody renewed in time, or that the holder has already, for
 * the next `ttlMs`. A lease that lies further ahead than any was given for was written by a clock that was wrong, and is
 * free too. Returns the accounts that the holder has now; renewing is the same call.
 */
export const acquireLeases = async (
  tx: Tx,
  accountIds: readonly string[],
  o: Lease & { ttlMs: number; clock: Clock },
): Promise<Set<string>> => {
  if (accountIds.length === 0) return new Set();
  const rows = await tx.all<{ account_id: string }>(ACQUIRE[tx.engine], [
    JSON.stringify(accountIds),
    o.purpose,
    o.holder,
    o.clock.ms(),
    o.ttlMs,
  ]);
  return new Set(rows.map((r) => r.account_id));
};

/** The same for one account: whether the holder has the lease now. */
export const acquireLease = async (
  tx: Tx,
  accountId: string,
  o: Lease & { ttlMs: number; clock: Clock },
): Promise<boolean> => (await acquireLeases(tx, [accountId], o)).has(accountId);

const release = (engine: Engine): string =>
  `delete from account_leases where account_id in (${textsOf(engine, 1)}) and purpose = $2 and holder = $3`;

const RELEASE: Record<Engine, string> = {
  embedded: release('embedded'),
  remote: release('remote'),
  postgres: release('postgres'),
};

/** Gives back what the holder has of these, so that another one need not wait for its end. */
export const releaseLeases = async (tx: Tx, accountIds: readonly string[], lease: Lease): Promise<void> => {
  if (accountIds.length === 0) return;
  await tx.run(RELEASE[tx.engine], [JSON.stringify(accountIds), lease.purpose, lease.holder]);
};

/** Who has these leases, by account; it may have ended without giving them back. */
export const leaseHolders = async (
  sql: Sql,
  accountIds: readonly string[],
  purpose: LeasePurpose,
): Promise<Map<string, string>> => {
  const rows = await sql.all<{ account_id: string; holder: string }>(
    `select account_id, holder from account_leases
     where account_id in (${textsOf(sql.engine, 1)}) and purpose = $2`,
    [JSON.stringify(accountIds), purpose],
  );
  return new Map(rows.map((r) => [r.account_id, r.holder]));
};
