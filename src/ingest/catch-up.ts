import type { Account } from '#accounts/account.ts';
import { isCatchingUp } from '#accounts/intake.ts';
import { knownInLedger } from '#mail/ledger-store.ts';
import type { MailChange } from '#mail/port.ts';
import type { IngestPorts } from './ports.ts';

/**
 * While older mail is still coming in, a message that changes before we have it is taken in with the change: whoever
 * brings it in later may have read it before. Of these, `onlyOurs`, nothing is wanted that is older than the account's start.
 */
export const catchUp = async (
  { db }: IngestPorts,
  account: Account,
  changes: readonly MailChange[],
): Promise<{ changes: MailChange[]; onlyOurs: Set<string> }> => {
  const onlyOurs = new Set<string>();
  if (!isCatchingUp(account.state)) return { changes: [...changes], onlyOurs };
  const added = new Set(changes.filter((c) => c.kind === 'added').map((c) => c.id));
  const changed = changes
    .filter((c) => (c.kind === 'changed' || c.kind === 'patched') && !added.has(c.id))
    .map((c) => c.id);
  if (changed.length === 0) return { changes: [...changes], onlyOurs };
  const { stored } = await knownInLedger(db, account.id, changed);
  for (const id of changed) if (!stored.has(id)) onlyOurs.add(id);
  return {
    changes: [...changes, ...[...onlyOurs].map((id): MailChange => ({ kind: 'added', id }))],
    onlyOurs,
  };
};
