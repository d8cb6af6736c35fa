import { join } from 'node:path';
import type { Config } from '#config/config.ts';
import type { Random } from '#std/random.ts';
import { ensureKeyFile, readKeyFile } from './key-file.ts';
import { sameSecret } from './secret-token.ts';

/** The secret that tokens are hashed with: the configured key, which many machines can have in common, else one of a file. */
export const serverSecret = (config: Pick<Config, 'auth' | 'paths'>, random: Random): string =>
  config.auth.encryption_key?.reveal() ?? ensureKeyFile(join(config.paths.data_dir, 'server.key'), random);

const cliKeyPath = (dataDir: string): string => join(dataDir, 'cli.key');

/** What proves that a request comes from someone who can read the data folder; made when there is none. For the server. */
export const ensureCliKey = (dataDir: string, random: Random): string =>
  ensureKeyFile(cliKeyPath(dataDir), random);

/** The same for the command line: undefined when no server has run here. */
export const readCliKey = (dataDir: string): string | undefined => readKeyFile(cliKeyPath(dataDir));

/** Whether a request carries the key of this installation. */
export const isCliKey = (key: string, given: string): boolean => sameSecret(key, given);
