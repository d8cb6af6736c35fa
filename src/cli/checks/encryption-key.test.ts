import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { loadConfig } from '#config/load.ts';
import { systemClock } from '#std/clock.ts';
import { encryptionKey } from './encryption-key.ts';

let dir = '';

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'ashford-keys-'));
  // The keychain of every system but the one that is named here has its own command.
  vi.spyOn(process, 'platform', 'get').mockReturnValue('linux');
  vi.stubEnv('PATH', dir);
});

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(dir, { recursive: true, force: true });
});

const examine = () => {
  const overrides = { 'paths.data_dir': dir, 'auth.key_store': 'keychain' };
  const loaded = loadConfig({ env: {}, cwd: dir, homeDir: dir, readFile: () => undefined, overrides });
  return encryptionKey.examine({ ...loaded, clock: systemClock });
};

const secretTool = (script: string): void => {
  const file = join(dir, 'secret-tool');
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
};

test('a keychain without its command is told, with what to install', async () => {
  expect(await examine()).toMatchObject([
    {
      state: 'fail',
      says: expect.stringContaining('secret-tool'),
      cure: expect.stringContaining('libsecret'),
    },
  ]);
});

test('a keychain that holds the key is told, without the key', async () => {
  secretTool('echo the-key-itself');
  const found = await examine();
  expect(found).toEqual([{ state: 'ok', says: 'The encryption key is in the keychain of this system.' }]);
});

test('one that gives no key may be locked', async () => {
  secretTool('exit 1');
  expect(await examine()).toMatchObject([
    { state: 'ok', says: expect.stringContaining('locked'), cure: expect.stringContaining('keyring') },
  ]);
});
