import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { toInstant } from '#std/time.ts';
import { readRunFile, removeRunFile, writeRunFile } from './run-file.ts';

const folder = () => {
  const path = mkdtempSync(join(tmpdir(), 'ashford-run-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
};

const url = 'http://127.0.0.1:1';
const started = toInstant(0);

test('a running instance is found, and only its owner may read of it', () => {
  using dir = folder();
  writeRunFile(dir.path, { pid: process.pid, url, started });
  expect(readRunFile(dir.path)).toEqual({ pid: process.pid, url, started });
  expect(statSync(join(dir.path, 'ashford.run.json')).mode & 0o777).toBe(0o600);
});

test('one that died is none', () => {
  using dir = folder();
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  writeRunFile(dir.path, { pid, url, started });
  expect(readRunFile(dir.path)).toBeUndefined();
});

test('what can not be read is none', () => {
  using dir = folder();
  expect(readRunFile(dir.path)).toBeUndefined();
  writeFileSync(join(dir.path, 'ashford.run.json'), '{"pid": -1}');
  expect(readRunFile(dir.path)).toBeUndefined();
});

test('only its own process takes it away', () => {
  using dir = folder();
  writeRunFile(dir.path, { pid: process.pid, url, started });
  removeRunFile(dir.path, process.pid + 1);
  expect(readRunFile(dir.path)).toBeDefined();
  removeRunFile(dir.path, process.pid);
  expect(readRunFile(dir.path)).toBeUndefined();
});
