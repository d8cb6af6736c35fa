import { expect, test } from 'vitest';
import { systemClock } from '#std/clock.ts';
import { systemRandom } from '#std/random.ts';
import { encryptionKeys } from './encryption-keys.ts';
import { keychainPlace } from './key-place.ts';
import { keychainOf, type RunTool, toolRunner } from './keychain.ts';
import { encryptionKeyOf } from './seal.ts';

interface Tool {
  run: RunTool;
  /** Everything that a list of processes would show. */
  argv: string[];
}

/** `secret-tool`, as its manual describes it. */
const secretTool = (): Tool => {
  const kept = new Map<string, string>();
  const argv: string[] = [];
  const run: RunTool = async (command, args, input) => {
    argv.push(command, ...args);
    expect(command).toBe('secret-tool');
    const at = args.slice(args.indexOf('service')).join(' ');
    if (args[0] === 'store') kept.set(at, input);
    if (args[0] === 'clear') kept.delete(at);
    const out = args[0] === 'lookup' ? kept.get(at) : '';
    return { code: out === undefined ? 1 : 0, out: out ?? '' };
  };
  return { run, argv };
};

/** `security` of macOS: its interactive form takes commands as lines. */
const security = (): Tool => {
  const kept = new Map<string, string>();
  const argv: string[] = [];
  const after = (words: readonly string[], option: string) => words[words.indexOf(option) + 1] ?? '';
  const run: RunTool = async (command, args, input) => {
    argv.push(command, ...args);
    expect(command).toBe('/usr/bin/security');
    const words = args[0] === '-i' ? input.trim().split(' ') : args;
    const at = `${after(words, '-a')} ${after(words, '-s')}`;
    if (words[0] === 'add-generic-password') kept.set(at, after(words, '-w'));
    if (words[0] === 'delete-generic-password') kept.delete(at);
    const out = words[0] === 'find-generic-password' ? kept.get(at) : '';
    return { code: out === undefined ? 44 : 0, out: out ?? '' };
  };
  return { run, argv };
};

test.each([
  ['linux', secretTool],
  ['darwin', security],
])(
  'on %s the key is kept, changed and found again, and is no argument of a process',
  async (platform, make) => {
    const { run, argv } = make();
    const place = keychainPlace(() => keychainOf(platform, run), systemRandom);
    const keys = () => encryptionKeys({ place });
    const first = await keys().first();
    expect((await keys().first()).id).toBe(first.id);
    const secrets = [await place.read('current')];
    const next = await keys().next();
    expect(next.id).not.toBe(first.id);
    secrets.push(await place.read('next'));
    await keys().promote();
    expect((await keys().first()).id).toBe(next.id);
    expect(await keys().find(first.id)).toBeUndefined();
    expect(await place.read('next')).toBeUndefined();
    for (const secret of secrets) {
      expect(secret).toMatch(/^[\w-]{43}$/);
      expect(argv.join(' ')).not.toContain(secret);
    }
  },
);

test('a system without a keychain, and one without its command, say what to do', async () => {
  const unusable = {
    kind: 'needs-user',
    code: 'accounts.keychain',
    help: expect.stringContaining('auth.key_store'),
  };
  expect(() => keychainOf('win32', secretTool().run)).toThrow(expect.objectContaining(unusable));
  await expect(toolRunner(systemClock)('no-such-command-here', [], '')).rejects.toMatchObject(unusable);
});

test('a keyring that takes nothing is told of, whether it refuses or forgets', async () => {
  for (const code of [0, 1]) {
    const run: RunTool = async (_, args) => ({ code: args[0] === 'lookup' ? 1 : code, out: '' });
    const place = keychainPlace(() => keychainOf('linux', run), systemRandom);
    await expect(place.make('current')).rejects.toMatchObject({ code: 'accounts.keychain' });
  }
});

test('a key of the settings is found though the keychain of this system cannot be used', async () => {
  const place = keychainPlace(() => keychainOf('win32', secretTool().run), systemRandom);
  const secrets = ['the key of the settings', 'the one before it'] as const;
  const keys = encryptionKeys({ configured: secrets[0], previous: secrets[1], place });
  for (const secret of secrets) {
    const { id } = encryptionKeyOf(secret);
    expect((await keys.find(id))?.id).toBe(id);
  }
});

test('what a tool is told on its standard input it can answer', async () => {
  expect(await toolRunner(systemClock)('cat', [], 'a secret\n')).toEqual({ code: 0, out: 'a secret' });
});
