import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './goldens.ts';

interface Manifest {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8');

const packagesOf = (file: string): string[] => {
  const manifest = JSON.parse(read(file)) as Manifest;
  return Object.keys({
    ...manifest.dependencies,
    ...manifest.devDependencies,
    ...manifest.optionalDependencies,
  });
};

test('docs/dependencies.md has one sentence for each package, and for no other', () => {
  const rows = [...read('docs/dependencies.md').matchAll(/^\| `([^`]+)` \| (.+) \|$/gm)];
  const named = rows.map((row) => row[1]);
  const manifests = ['package.json', 'web/package.json', 'bench/peers/package.json'];
  const used = [...new Set(manifests.flatMap(packagesOf))];
  expect(used.length).toBeGreaterThan(0);
  expect(named.toSorted()).toEqual(used.toSorted());
});
