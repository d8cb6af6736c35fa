import { expect, test } from 'vitest';
import { sqlitePlaces } from './places.ts';

test.each([
  ['insert into t values ($1, $2, $3)', 'insert into t values (?, ?, ?)'],
  ['update t set a = $2 where b = $1', 'update t set a = ?2 where b = ?1'],
  ['select $1, $1, $2', 'select ?1, ?1, ?2'],
  ['select $1, $3', 'select ?1, ?3'],
  ["select j ->> '$.a' from t where b = $1", "select j ->> '$.a' from t where b = ?"],
  ['select 1', 'select 1'],
])('%s → %s', (sql, out) => {
  expect(sqlitePlaces(sql)).toBe(out);
});
