import { expect, test } from 'vitest';
import { JOB_TYPES } from '#web/lib/words.ts';
import { JOBS } from './jobs.ts';

test('the web app has words for every kind of job', () => {
  expect(JOBS.map(({ type }) => type).filter((type) => !JOB_TYPES.includes(type))).toEqual([]);
});
