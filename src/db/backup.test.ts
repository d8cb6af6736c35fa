import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isAppError } from '#std/errors.ts';
import { testDatabase } from '#test/kit/databases.ts';
import { backupDatabase } from './backup.ts';

test('a copy that cannot be made says why and leaves nothing', async () => {
  await using t = await testDatabase('file');
  const dir = mkdtempSync(join(tmpdir(), 'ashford-backup-'));
  const file = join(dir, 'no such folder', 'copy.db');
  await expect(backupDatabase(t.db, file)).rejects.toSatisfy((e) => isAppError(e, 'db.cannot-open'));
  expect(existsSync(file)).toBe(false);
  rmSync(dir, { recursive: true });
});
