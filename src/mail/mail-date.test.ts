import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toInstant } from '#std/time.ts';
import { readMailDate } from './mail-date.ts';

test.each([
  ['Mon, 16 Sep 2002 13:33:44 +0200', '2002-09-16T11:33:44.000Z'],
  ['16 Sep 2002 13:33:44 +0200 (CEST)', '2002-09-16T11:33:44.000Z'],
  ['Mon, 16 Sep 02 13:33 EST', '2002-09-16T18:33:00.000Z'],
  ['Mon, 16 Sep 2002 13:33:44', '2002-09-16T13:33:44.000Z'],
  ['Mon, 16 Sep 2002 13:33:44 GMT+0100', '2002-09-16T12:33:44.000Z'],
  ['16-Sep-98 08:05:00 PM -0700', '1998-09-17T03:05:00.000Z'],
  ['Mon Sep 16 13:33:44 2002', '2002-09-16T13:33:44.000Z'],
  ['Mon Sep 16 13:33:44 +0200 2002', '2002-09-16T11:33:44.000Z'],
  ['2002-09-16 13:33:44 +0200', '2002-09-16T11:33:44.000Z'],
  ['2002-09-16T13:33:44', '2002-09-16T13:33:44.000Z'],
  ['31 Dec 2016 23:59:60 +0000', '2016-12-31T23:59:59.000Z'],
  ['99 Abc 2002 13:33:44', null],
  ['yesterday', null],
  ['', null],
])('%s', (text, instant) => {
  expect(readMailDate(text)).toBe(instant);
});

test('what Date prints is read back', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4e9 }), (seconds) => {
      const at = new Date(seconds * 1000);
      expect(readMailDate(at.toUTCString())).toBe(toInstant(at.getTime()));
    }),
  );
});
