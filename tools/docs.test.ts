import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ROOT } from './goldens.ts';
import { readTree } from './tidy-source.ts';

const pages = Object.entries(readTree(ROOT)).filter(([file]) => file.endsWith('.md'));

const LINK = /\]\((?!https?:|mailto:|#)([^)#\s]+)/g;
/** A path in backticks from the root of the repository; a part in angle brackets stands for a name to choose. */
const NAMED_PATH = /`((?:src|test|tools|docs|web|bench|demo|bin|\.ci)\/[\w./-]+)`/g;

const missing = (of: (file: string, text: string) => string[]): string[] =>
  pages.flatMap(([file, text]) =>
    of(file, text)
      .filter((target) => !existsSync(path.join(ROOT, target)))
      .map((target) => `${file}: ${target}`),
  );

test('every link in the documents leads somewhere', () => {
  expect(pages.length).toBeGreaterThan(0);
  const targets = (file: string, text: string): string[] =>
    [...text.matchAll(LINK)].map((found) => path.posix.join(path.posix.dirname(file), found[1] ?? ''));
  expect(missing(targets)).toEqual([]);
});

test('every path that the documents name exists', () => {
  const targets = (_: string, text: string): string[] =>
    [...text.matchAll(NAMED_PATH)].map((found) => found[1] ?? '');
  expect(missing(targets)).toEqual([]);
});
