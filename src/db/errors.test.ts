import { expect, test } from 'vitest';
import { AppError } from '#std/errors.ts';
import { isLostRace, translatePostgres } from './errors.ts';

const withCode = (code: string) => Object.assign(new Error('x'), { code });

test.each([
  ['ECONNREFUSED', 'db.away'],
  ['ECONNRESET', 'db.away'],
  ['57P01', 'db.away'],
  ['57P03', 'db.away'],
  ['08006', 'db.away'],
  ['25P03', 'db.away'],
  ['53300', 'db.away'],
  ['53100', 'db.disk-full'],
  ['57014', 'db.too-slow'],
  ['40P01', 'db.busy'],
  ['23505', 'db.constraint'],
  ['28P01', 'db.sign-in'],
])('PostgreSQL says %s, we say %s', (code, ours) => {
  expect(translatePostgres(withCode(code))).toMatchObject({ code: ours });
});

test.each([
  'Connection terminated unexpectedly',
  'Connection terminated due to connection timeout',
  'timeout exceeded when trying to connect',
  'Query read timeout',
  'Client has encountered a connection error and is not queryable',
])('a lost connection without a code is the server being away: %s', (message) => {
  expect(translatePostgres(new Error(message))).toMatchObject({ code: 'db.away', kind: 'transient' });
});

test('what is no fault of the server stays as it is', () => {
  for (const e of [withCode('42601'), new Error('A transaction was used after its end'), undefined]) {
    expect(translatePostgres(e)).toBe(e);
  }
});

test('a deadlock is a lost race, and a refused value is not', () => {
  expect(isLostRace(translatePostgres(withCode('40P01')))).toBe(true);
  expect(isLostRace(translatePostgres(withCode('23505')))).toBe(false);
  expect(isLostRace(new AppError('transient', 'db.busy', 'x'))).toBe(false);
});
