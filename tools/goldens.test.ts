import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { GOLDENS, ROOT } from './goldens.ts';

test.each(GOLDENS)('$file is what the code makes now (else: npm run snapshot)', async ({ file, render }) => {
  expect(readFileSync(path.join(ROOT, file), 'utf8')).toBe(await render());
});
