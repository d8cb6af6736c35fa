import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { testDatabase } from '#test/kit/databases.ts';
import { GOLDENS, ROOT } from './goldens.ts';

test.each(GOLDENS)('$file is what the code makes now (else: npm run snapshot)', async ({ file, render }) => {
  await using made = new AsyncDisposableStack();
  const postgres = async (): Promise<string> => {
    const database = made.use(await testDatabase('postgres', { migrated: false }));
    return database.url;
  };
  expect(await render({ postgres })).toBe(readFileSync(path.join(ROOT, file), 'utf8'));
});
