import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Clock } from '#std/clock.ts';
import { AppError } from '#std/errors.ts';
import type { Random } from '#std/random.ts';
import type { Db, Engine } from './db.ts';
import type { Durability } from './dialects/embedded.ts';

export interface OpenOptions {
  /** A path, `:memory:`, `file:PATH`, `wss://`, `ws://`, `libsql://`, `https://`, `http://`, `postgres://` or `postgresql://`. */
  url: string;
  authToken?: string | undefined;
  durability?: Durability | undefined;
  clock: Clock;
  random: Random;
  onProblem?: (error: unknown) => void;
}

export const engineOf = (url: string): Engine => {
  if (/^postgres(ql)?:\/\//.test(url)) return 'postgres';
  if (/^(libsql|https?|wss?):\/\//.test(url)) return 'remote';
  return 'embedded';
};

/**
 * Opens a database, making an embedded file and its folder when they are not there. Drivers are loaded only when they
 * are used. The schema is brought up to date by `migrate`, not here.
 */
export const openDatabase = async (o: OpenOptions): Promise<Db> => {
  const { clock, random } = o;
  switch (engineOf(o.url)) {
    case 'postgres': {
      const { PostgresDb } = await import('./dialects/postgres.ts');
      return new PostgresDb({
        url: o.url,
        clock,
        random,
        ...(o.onProblem ? { onProblem: o.onProblem } : {}),
      });
    }
    case 'remote': {
      const { RemoteDb } = await import('./dialects/remote.ts');
      return new RemoteDb({ url: o.url, authToken: o.authToken, clock, random });
    }
    case 'embedded': {
      const file = o.url.startsWith('file:') ? o.url.slice('file:'.length) : o.url;
      if (file !== ':memory:') makeFolder(dirname(file));
      const { EmbeddedDb } = await import('./dialects/embedded.ts');
      return new EmbeddedDb({ file, durability: o.durability ?? 'full', clock, random });
    }
  }
};

const makeFolder = (folder: string): void => {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (e) {
    throw new AppError('permanent', 'db.cannot-open', `The data folder ${folder} cannot be made`, {
      help: 'Choose a folder that you may write to, with paths.data_dir or paths.database.',
      cause: e,
    });
  }
};
