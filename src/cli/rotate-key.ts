import type { CommandSpec } from './command.ts';
import type { CommandContext } from './context.ts';
import { counted } from './text.ts';

const run = (context: CommandContext): Promise<void> =>
  context.withApp(async (app) => {
    const { rotateKey } = await import('#accounts/rotate-key.ts');
    const { credentials } = app.signIns;
    const ports = {
      db: app.db,
      clock: app.clock,
      random: app.random,
      newId: app.newId,
      keys: credentials.keys,
    };
    const rotated = await rotateKey(ports, { userId: app.owner.id, channel: 'cli' });
    context.print(
      rotated,
      () =>
        `${counted(rotated.credentials, 'stored sign-in')} encrypted anew. The key is in ${rotated.place}.\n`,
    );
    context.say(
      credentials.keys.configured
        ? 'auth.encryption_key_previous is no longer needed. Backups from before can be read with the old key only.'
        : 'Keep a copy of the new key. Backups from before can be read with the old key only.',
    );
  });

/** Part of `ashford accounts`. */
export const rotateKeyCommand: CommandSpec = {
  name: 'rotate-key',
  summary: 'Encrypt all stored sign-ins with a new key',
  description:
    'Makes a new key, encrypts every stored sign-in with it at once, and then gives the old key up. Servers and workers that run meanwhile go on. Where the settings hold the key, set the new one as auth.encryption_key and the old one as auth.encryption_key_previous first.',
  examples: [{ line: 'ashford accounts rotate-key', does: 'change the key' }],
  run,
};
