import type { Sql, Tx } from '#db/db.ts';
import type { LabelRow } from '#db/mail-tables.ts';
import { AppError } from '#std/errors.ts';
import type { NewId } from '#std/ids.ts';
import type { Instant } from '#std/time.ts';
import { LABEL_ROLES, type LabelRole } from './message.ts';
import type { RemoteLabel } from './port.ts';

/** A container a message is in, as we know it. `description` is the user's own and no sync touches it. */
export interface Label {
  id: string;
  accountId: string;
  providerLabelId: string;
  name: string;
  role: LabelRole | null;
  type: 'system' | 'user';
  description: string | null;
  availableToClassifier: boolean;
}

const isRole = (text: string | null): text is LabelRole => LABEL_ROLES.some((role) => role === text);

const fromRow = (row: LabelRow): Label => ({
  id: row.id,
  accountId: row.account_id,
  providerLabelId: row.provider_label_id,
  name: row.name,
  role: isRole(row.role) ? row.role : null,
  type: row.label_type,
  description: row.description,
  availableToClassifier: row.available_to_classifier === 1,
});

const LIST = `select * from labels
  where user_id = $1 and ($2 = '' or account_id = $2) and deleted_at is null order by label_type, name`;

/** Labels that still exist, system labels first, then by name. Asked for every action, so its statement is prepared. */
export const listLabels = async (sql: Sql, scope: { userId: string; accountId?: string }): Promise<Label[]> =>
  (await sql.all<LabelRow>(LIST, [scope.userId, scope.accountId ?? ''])).map(fromRow);

export interface LabelSync {
  userId: string;
  accountId: string;
  remote: readonly RemoteLabel[];
  newId: NewId;
  now: Instant;
  /** When `remote` was asked for: what we took in since may be missing there. */
  asOf?: Instant;
}

/** Makes our labels equal to the provider's. Returns the provider ids of labels that are gone. */
export const syncLabels = async (tx: Tx, s: LabelSync): Promise<string[]> => {
  const known = await tx.query
    .selectFrom('labels')
    .selectAll()
    .where('account_id', '=', s.accountId)
    .execute();
  const byId = new Map(known.map((row) => [row.provider_label_id, row]));
  for (const label of s.remote) {
    const row = byId.get(label.id);
    byId.delete(label.id);
    if (!row) await insertLabel(tx, s, label);
    else if (row.name !== label.name || row.role !== label.role || row.deleted_at !== null) {
      await tx.query
        .updateTable('labels')
        .set({ name: label.name, role: label.role, deleted_at: null, updated_at: s.now })
        .where('id', '=', row.id)
        .execute();
    }
  }
  const isOlder = (row: LabelRow) => s.asOf === undefined || row.updated_at < s.asOf;
  const gone = [...byId.values()].filter((row) => row.deleted_at === null && isOlder(row));
  for (const row of gone) {
    await tx.query
      .updateTable('labels')
      .set({ deleted_at: s.now, updated_at: s.now })
      .where('id', '=', row.id)
      .execute();
  }
  return gone.map((row) => row.provider_label_id);
};

/** A label that came or went. */
export interface LabelMove {
  label: Label;
  /** null: it is there. */
  deletedAt: Instant | null;
}

/** Labels of the account that came, changed or went since a time, or ever. */
export const labelMoves = async (
  sql: Sql,
  accountId: string,
  since: Instant | null,
): Promise<LabelMove[]> => {
  const rows = await sql.query
    .selectFrom('labels')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('updated_at', '>=', since ?? '')
    .execute();
  return rows.map((row) => ({ label: fromRow(row), deletedAt: row.deleted_at as Instant | null }));
};

const insertLabel = async (tx: Tx, s: LabelSync, label: RemoteLabel): Promise<void> => {
  await tx.query
    .insertInto('labels')
    .values({
      id: s.newId(),
      user_id: s.userId,
      account_id: s.accountId,
      provider_label_id: label.id,
      name: label.name,
      label_type: label.role === null ? 'user' : 'system',
      role: label.role,
      description: null,
      available_to_classifier: label.role === null ? 1 : 0,
      visible: 1,
      background_color: null,
      text_color: null,
      deleted_at: null,
      created_at: s.now,
      updated_at: s.now,
    })
    .onConflict((c) => c.columns(['account_id', 'provider_label_id']).doNothing())
    .execute();
};

export interface LabelChange {
  /** null takes it away. */
  description?: string | null | undefined;
  availableToClassifier?: boolean | undefined;
}

/** Changes what the user says of a label; what is absent stays. Throws `labels.unknown`. */
export const changeLabel = async (
  tx: Tx,
  o: { userId: string; id: string; change: LabelChange; now: Instant },
): Promise<Label> => {
  const { description, availableToClassifier: available } = o.change;
  const row = await tx.query
    .updateTable('labels')
    .set({
      updated_at: o.now,
      ...(description === undefined ? {} : { description }),
      ...(available === undefined ? {} : { available_to_classifier: available ? 1 : 0 }),
    })
    .where('id', '=', o.id)
    .where('user_id', '=', o.userId)
    .where('deleted_at', 'is', null)
    .returningAll()
    .executeTakeFirst();
  if (row) return fromRow(row);
  throw new AppError('denied', 'labels.unknown', 'There is no such label', {
    help: 'List the labels to see their ids.',
  });
};
