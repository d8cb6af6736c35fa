import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '#config/load.ts';
import { Secret } from '#config/secret.ts';
import { seededRandom } from '#std/random.ts';
import { ensureKeyFile, readKeyFile } from './key-file.ts';
import { ensureCliKey, isCliKey, readCliKey, serverSecret } from './keys.ts';

const folder = () => {
  const made = mkdtempSync(path.join(tmpdir(), 'ashford-keys-'));
  return { path: made, [Symbol.dispose]: () => rmSync(made, { recursive: true, force: true }) };
};

test('a key is made once, whole, and for its owner alone', () => {
  using dir = folder();
  const file = path.join(dir.path, 'data', 'x.key');
  expect(readKeyFile(file)).toBeUndefined();
  const key = ensureKeyFile(file, seededRandom(1));
  expect(key).toMatch(/^[\w-]{43}$/);
  expect(ensureKeyFile(file, seededRandom(2))).toBe(key);
  expect(readKeyFile(file)).toBe(key);
  expect(readdirSync(path.dirname(file))).toEqual(['x.key']);
  if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('a key that others can read, or that is damaged, is refused', () => {
  using dir = folder();
  const file = path.join(dir.path, 'x.key');
  ensureKeyFile(file, seededRandom(1));
  if (process.platform !== 'win32') {
    chmodSync(file, 0o640);
    expect(() => readKeyFile(file)).toThrow('can be read by others');
    chmodSync(file, 0o600);
  }
  writeFileSync(file, 'half a ke');
  expect(() => readKeyFile(file)).toThrow('is damaged');
  expect(() => ensureKeyFile(path.join(file, 'below.key'), seededRandom(1))).toThrow('The key file');
});

test('the command line reads the key that the server made', () => {
  using dir = folder();
  expect(readCliKey(dir.path)).toBeUndefined();
  const key = ensureCliKey(dir.path, seededRandom(1));
  expect(isCliKey(key, readCliKey(dir.path) ?? '')).toBe(true);
  for (const wrong of ['', key.slice(1), `${key} `]) expect(isCliKey(key, wrong)).toBe(false);
});

test('the server secret is the configured key, else one of its own beside the data', () => {
  using dir = folder();
  const load = (overrides: Record<string, string>) =>
    loadConfig({ env: {}, cwd: '/', homeDir: dir.path, readFile: () => undefined, overrides }).config;
  const own = serverSecret(load({}), seededRandom(1));
  expect(serverSecret(load({}), seededRandom(2))).toBe(own);
  const config = load({ 'auth.encryption_key': 'many machines' });
  expect(config.auth.encryption_key).toBeInstanceOf(Secret);
  expect(serverSecret(config, seededRandom(3))).toBe('many machines');
});
