import type { Sql, Tx } from '#db/db.ts';
import type { CredentialRow } from '#db/mail-tables.ts';
import type { OauthSignInRow } from '#db/provider-tables.ts';
import type { Instant } from '#std/time.ts';

const KEY_ID = 'select key_id from credential_key where one = 1';

/** The id of the key that everything is encrypted with; undefined before the first credential. */
export const keyIdInUse = async (sql: Sql): Promise<string | undefined> =>
  (await sql.all<{ key_id: string }>(KEY_ID))[0]?.key_id;

/**
 * The same, and it stays so until this transaction ends: who changes the key waits, or is waited for. `first` is written
 * down where there is none yet.
 */
export const holdKeyId = async (tx: Tx, first: string, now: Instant): Promise<string> => {
  await tx.run('insert into credential_key (one, key_id, since) values (1, $1, $2) on conflict do nothing', [
    first,
    now,
  ]);
  const text = tx.engine === 'postgres' ? `${KEY_ID} for share` : KEY_ID;
  return (await tx.all<{ key_id: string }>(text))[0]?.key_id ?? first;
};

/** From here on that key is in use; whoever stores with another one meanwhile waits for the end of this transaction. */
export const useKeyId = async (tx: Tx, id: string, now: Instant): Promise<void> => {
  await tx.run(
    `insert into credential_key (one, key_id, since) values (1, $1, $2) on conflict (one) do update set
      since = case when credential_key.key_id = excluded.key_id then credential_key.since else excluded.since end,
      key_id = excluded.key_id`,
    [id, now],
  );
};

const ONE = 'select * from credentials where account_id = $1 and field = $2';

export const findCredential = async (
  sql: Sql,
  accountId: string,
  field: string,
): Promise<CredentialRow | undefined> => (await sql.all<CredentialRow>(ONE, [accountId, field]))[0];

/** Another one whenever it is stored anew. */
export const versionOf = (row: Pick<CredentialRow, 'nonce'>): string =>
  Buffer.from(row.nonce).toString('hex');

/** Which fields an account has. */
export const credentialFields = async (sql: Sql, accountId: string): Promise<string[]> =>
  (
    await sql.all<{ field: string }>('select field from credentials where account_id = $1 order by field', [
      accountId,
    ])
  ).map((row) => row.field);

const PUT = `insert into credentials (account_id, field, user_id, key_id, nonce, ciphertext, updated_at)
  values ($1, $2, $3, $4, $5, $6, $7)
  on conflict (account_id, field) do update set user_id = excluded.user_id, key_id = excluded.key_id,
    nonce = excluded.nonce, ciphertext = excluded.ciphertext, updated_at = excluded.updated_at`;

export const putCredential = async (tx: Tx, row: CredentialRow): Promise<void> => {
  await tx.run(PUT, [
    row.account_id,
    row.field,
    row.user_id,
    row.key_id,
    row.nonce,
    row.ciphertext,
    row.updated_at,
  ]);
};

export const allCredentials = (sql: Sql): Promise<CredentialRow[]> =>
  sql.all<CredentialRow>('select * from credentials order by account_id, field');

export const allSignIns = (sql: Sql): Promise<OauthSignInRow[]> =>
  sql.all<OauthSignInRow>('select * from oauth_sign_ins order by state_hash');

export const insertSignIn = async (tx: Tx, row: OauthSignInRow): Promise<void> => {
  await tx.query.insertInto('oauth_sign_ins').values(row).execute();
};

export const putSignInVerifier = async (
  tx: Tx,
  row: Pick<OauthSignInRow, 'state_hash' | 'key_id' | 'nonce' | 'verifier'>,
): Promise<void> => {
  await tx.run('update oauth_sign_ins set key_id = $2, nonce = $3, verifier = $4 where state_hash = $1', [
    row.state_hash,
    row.key_id,
    row.nonce,
    row.verifier,
  ]);
};

/** Takes it away, so that it is used once at most. */
export const takeSignIn = async (tx: Tx, stateHash: string): Promise<OauthSignInRow | undefined> =>
  (
    await tx.all<OauthSignInRow>('delete from oauth_sign_ins where state_hash = $1 returning *', [stateHash])
  )[0];

export const deleteSignInsBefore = async (tx: Tx, now: Instant): Promise<void> => {
  await tx.run('delete from oauth_sign_ins where expires_at <= $1', [now]);
};
