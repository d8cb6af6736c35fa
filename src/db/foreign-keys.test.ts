import { expect, test } from 'vitest';
import { testDatabase } from '#test/kit/databases.ts';

/** Nobody deletes users, and what is in here ends within minutes. */
const FEW: ReadonlySet<string> = new Set(['oauth_sign_ins.account_id']);

interface Key {
  child: string;
  column: string;
  parent: string;
  indexes: number;
}

test('what is deleted with a row is found by an index, so that deleting one thing reads no others', async () => {
  await using t = await testDatabase();
  // Sought by the key alone, an index can only have the condition that the key is there.
  const keys = await t.db.all<Key>(
    `select m.name as child, f."from" as "column", f."table" as parent,
      (select count(*) from pragma_index_list(m.name) i join pragma_index_info(i.name) c
        join sqlite_master d on d.name = i.name
        where c.seqno = 0 and c.name = f."from"
          and (i.partial = 0 or d.sql like '%where ' || f."from" || ' is not null')
      ) as indexes
     from sqlite_master m join pragma_foreign_key_list(m.name) f where m.type = 'table'`,
  );
  expect(keys.length).toBeGreaterThan(30);
  const without = keys.filter(({ parent, indexes }) => parent !== 'users' && indexes === 0);
  expect(without.map(({ child, column }) => `${child}.${column}`).filter((one) => !FEW.has(one))).toEqual([]);
});
