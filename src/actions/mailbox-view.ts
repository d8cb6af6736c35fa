import type { Sql, Tx } from '#db/db.ts';
import { type Label, listLabels, syncLabels } from '#mail/label-store.ts';
import type { Mailbox } from '#mail/port.ts';
import type { NewId } from '#std/ids.ts';
import type { Instant } from '#std/time.ts';
import type { MailboxView } from './kinds/define.ts';

/** What an action may know of its mailbox, from the labels that we know. */
export const viewOf = (labels: readonly Label[], snoozeLabel: string, now: Instant): MailboxView => {
  const byRole = new Map(labels.flatMap((l) => (l.role ? [[l.role, l.providerLabelId]] : [])));
  const byId = new Map(labels.map((l) => [l.providerLabelId, l.providerLabelId]));
  const byName = new Map(labels.map((l) => [l.name.toLowerCase(), l.providerLabelId]));
  return {
    labelByRole: (role) => byRole.get(role) ?? null,
    label: (idOrName) => byId.get(idOrName) ?? byName.get(idOrName.trim().toLowerCase()) ?? null,
    snoozeLabel,
    now,
  };
};

interface EnsurePorts {
  db: Sql & { write<T>(work: (tx: Tx) => Promise<T>): Promise<T> };
  newId: NewId;
  clock: { now(): Instant };
}

/** The labels of an account, after making those of `names` that are missing, there and here. */
export const labelsWith = async (
  ports: EnsurePorts,
  account: { id: string; userId: string },
  wanted: { mailbox: Mailbox; names: readonly string[] },
): Promise<Label[]> => {
  const scope = { userId: account.userId, accountId: account.id };
  const labels = await listLabels(ports.db, scope);
  const known = new Set(labels.flatMap((l) => [l.providerLabelId, l.name.toLowerCase()]));
  const missing = wanted.names.filter((n) => !known.has(n) && !known.has(n.trim().toLowerCase()));
  if (missing.length === 0) return labels;
  for (const name of missing) await wanted.mailbox.ensureLabel(name);
  const remote = await wanted.mailbox.labels();
  await ports.db.write((tx) =>
    syncLabels(tx, {
      userId: account.userId,
      accountId: account.id,
      remote,
      newId: ports.newId,
      now: ports.clock.now(),
    }),
  );
  return listLabels(ports.db, scope);
};
