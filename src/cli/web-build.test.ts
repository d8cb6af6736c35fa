import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { webBuildState } from './web-build.ts';

/** A program's folder; files are stamped with the seconds that are given. */
const programFolder = (files: Record<string, number>) => {
  const root = mkdtempSync(join(tmpdir(), 'ashford-web-'));
  for (const [name, seconds] of Object.entries(files)) {
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, '');
    utimesSync(path, seconds, seconds);
  }
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }) };
};

const SOURCE = { 'web/src/lib/a.ts': 100, 'web/vite.config.ts': 100, 'node_modules/vite/package.json': 1 };

test.each([
  ['fresh', { ...SOURCE, 'web/build/index.html': 200 }],
  ['old', { ...SOURCE, 'web/src/routes/b.svelte': 300, 'web/build/index.html': 200 }],
  ['old', { ...SOURCE, 'web/vite.config.ts': 300, 'web/build/index.html': 200 }],
  ['missing', SOURCE],
  ['missing-without-source', {}],
  ['missing-without-source', { 'web/src/lib/a.ts': 100 }],
  ['fresh', { 'web/src/lib/a.ts': 300, 'web/build/index.html': 200 }],
] as const)('%s with %j', (state, files) => {
  using folder = programFolder(files);
  expect(webBuildState(folder.root)).toBe(state);
});
