import type { Sql } from '#db/db.ts';
import { type Label, listLabels } from '#mail/label-store.ts';
import type { Names } from './describe.ts';

/** The labels of a user, ready to be named. */
export interface LabelNames {
  labels: readonly Label[];
  of(accountId: string): Names;
}

export const labelNames = async (sql: Sql, userId: string): Promise<LabelNames> => {
  const labels = await listLabels(sql, { userId });
  const byAccount = new Map<string, Map<string, string>>();
  for (const label of labels) {
    const names = byAccount.get(label.accountId) ?? new Map<string, string>();
    byAccount.set(label.accountId, names.set(label.providerLabelId, label.name));
  }
  return {
    labels,
    of: (accountId) => ({ label: (idOrName) => byAccount.get(accountId)?.get(idOrName) ?? idOrName }),
  };
};
