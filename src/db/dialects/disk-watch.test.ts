import { expect, test } from 'vitest';
import { DB_DISK_FULL_MS } from '#config/limits.ts';
import { awayError, translateSqlite } from '#db/errors.ts';
import { ManualClock } from '#std/clock.ts';
import { DiskWatch } from './disk-watch.ts';

test('a disk is full for a while after a write that found no room, and after no other error', () => {
  const clock = new ManualClock();
  const disk = new DiskWatch(clock);
  disk.note(awayError(new Error('gone')));
  expect(disk.full).toBe(false);
  disk.note(translateSqlite(Object.assign(new Error('database or disk is full'), { errcode: 13 })));
  clock.advance(DB_DISK_FULL_MS - 1);
  expect(disk.full).toBe(true);
  clock.advance(1);
  expect(disk.full).toBe(false);
});
