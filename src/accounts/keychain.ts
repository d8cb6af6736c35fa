import { spawn } from 'node:child_process';
import { KEYCHAIN_ANSWER_BYTES, KEYCHAIN_MS } from '#config/limits-sign-in.ts';
import type { Clock } from '#std/clock.ts';
import { AppError } from '#std/errors.ts';

/** One command of the platform: what it is told on its standard input, and what it answered. */
export type RunTool = (
  command: string,
  args: readonly string[],
  input: string,
) => Promise<{ code: number; out: string }>;

/** The keychain of the system: secrets by name. They go in and out by pipes, never as an argument that others can list. */
export interface Keychain {
  read(name: string): Promise<string | undefined>;
  store(name: string, secret: string): Promise<void>;
  remove(name: string): Promise<void>;
}

const SERVICE = 'ashford';
const FILE_CURE = 'Set auth.key_store to "file", or auth.encryption_key, to keep the key elsewhere.';

const unusable = (why: string, help: string, cause?: unknown): AppError =>
  new AppError('needs-user', 'accounts.keychain', `The keychain of this system can't be used: ${why}`, {
    help: `${help} ${FILE_CURE}`,
    cause,
  });

/** Runs a tool of the platform, in the time that a person may need to unlock a keychain. */
export const toolRunner =
  (clock: Clock): RunTool =>
  (command, args, input) =>
    new Promise((resolve, reject) => {
      const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'] });
      let out = '';
      const cancel = clock.after(KEYCHAIN_MS, () => child.kill('SIGKILL'));
      child.once('error', (cause: NodeJS.ErrnoException) => {
        cancel();
        const missing = cause.code === 'ENOENT';
        reject(
          unusable(
            missing ? `there is no command "${command}"` : `"${command}" can't be started`,
            missing && command === LINUX_TOOL ? 'Install libsecret-tools.' : '',
            cause,
          ),
        );
      });
      child.stdout.on('data', (part: Buffer) => {
        if (out.length < KEYCHAIN_ANSWER_BYTES) out += part.toString('utf8');
      });
      child.once('close', (code) => {
        cancel();
        resolve({ code: code ?? 1, out: out.trim() });
      });
      // A tool that ends before it read everything says so by its code.
      child.stdin.on('error', () => {});
      child.stdin.end(input);
    });

const LINUX_TOOL = 'secret-tool';

const linux = (run: RunTool): Keychain => {
  const place = (name: string) => ['service', SERVICE, 'key', name];
  const locked = () => unusable('it did not take the key', 'Is a keyring running, and unlocked?');
  return {
    read: async (name) => {
      // It ends with 1 both when there is no such secret and when there is no keyring.
      const { code, out } = await run(LINUX_TOOL, ['lookup', ...place(name)], '');
      return code === 0 && out !== '' ? out : undefined;
    },
    store: async (name, secret) => {
      const label = `--label=Ashford ${name}`;
      if ((await run(LINUX_TOOL, ['store', label, ...place(name)], secret)).code !== 0) throw locked();
    },
    remove: async (name) => {
      await run(LINUX_TOOL, ['clear', ...place(name)], '');
    },
  };
};

const MAC_TOOL = '/usr/bin/security';
/** "The specified item could not be found in the keychain." */
const MAC_NOT_FOUND = 44;

const mac = (run: RunTool): Keychain => ({
  read: async (name) => {
    const args = ['find-generic-password', '-a', name, '-s', SERVICE, '-w'];
    const { code, out } = await run(MAC_TOOL, args, '');
    if (code === 0 && out !== '') return out;
    if (code === MAC_NOT_FOUND) return undefined;
    throw unusable(`it answered ${code}`, 'Unlock it and try again.');
  },
  store: async (name, secret) => {
    // As a line of its interactive form, so that the secret is no argument of a process.
    const line = `add-generic-password -U -a ${name} -s ${SERVICE} -w ${secret}\n`;
    if ((await run(MAC_TOOL, ['-i'], line)).code !== 0) {
      throw unusable('it did not take the key', 'Unlock it and try again.');
    }
  },
  remove: async (name) => {
    await run(MAC_TOOL, ['delete-generic-password', '-a', name, '-s', SERVICE], '');
  },
});

/** The keychain of a platform. Throws `accounts.keychain` where it has none that we can ask. */
export const keychainOf = (platform: string, run: RunTool): Keychain => {
  if (platform === 'darwin') return mac(run);
  if (platform === 'linux') return linux(run);
  throw unusable(`there is none for ${platform}`, '');
};
