import { expect, test } from 'vitest';
import { FETCH_MESSAGES } from '#config/limits.ts';
import { FETCH_FIRST } from '#config/limits-ingest.ts';
import { batchesOf, batchesOfIds } from './batches.ts';

const ids = Array.from({ length: 500 }, (_, i) => `m${i}`);

test('what is listed comes in batches that grow, so that the first are soon there', () => {
  const sizes = batchesOfIds(ids).map((batch) => batch.ids.length);
  expect(sizes.slice(0, 3)).toEqual([FETCH_FIRST, 2 * FETCH_FIRST, 4 * FETCH_FIRST]);
  expect(Math.max(...sizes)).toBe(FETCH_MESSAGES);
  expect(batchesOfIds(ids).flatMap((batch) => batch.ids)).toEqual(ids);
});

test('what is told comes in batches as large as they may be, each message once, and the rest with the last', () => {
  const gone = { kind: 'gone', id: 'gone' } as const;
  const added = [...ids, 'm3'].map((id) => ({ kind: 'added', id }) as const);
  const batches = batchesOf([...added, gone]);
  expect(batches.map((batch) => batch.ids.length)).toEqual([128, 128, 128, 116]);
  expect(batches.map((batch) => batch.others)).toEqual([[], [], [], [gone]]);
});
