import type { Config } from './config.ts';
import { LOOPBACK_HOSTS } from './setting.ts';

/** Something that no single key can be blamed for. `keys` are those it looks at; the first one is named in the error. */
interface Check {
  keys: readonly [string, ...string[]];
  /** What is wrong, undefined when nothing is. */
  test(config: Config): string | undefined;
}

const isRemoteLibsql = (database: string): boolean => /^(libsql|https?|wss?):\/\//.test(database);

/** Whether an address is one that only this machine can reach. */
export const isLoopbackHost = (host: string): boolean =>
  LOOPBACK_HOSTS.includes(host.toLowerCase()) || /^127\.\d+\.\d+\.\d+$/.test(host);

const missing = (config: Config, keys: readonly ('project_id' | 'topic' | 'subscription')[]): string[] =>
  keys.filter((key) => config.gmail[key] === undefined).map((key) => `gmail.${key}`);

export const CHECKS: readonly Check[] = [
  {
    keys: ['paths.database', 'paths.database_auth_token'],
    test: ({ paths }) => {
      if (!isRemoteLibsql(paths.database) || paths.database_auth_token) return undefined;
      if (isLoopbackHost(URL.parse(paths.database)?.hostname ?? '')) return undefined;
      return 'a remote libSQL server needs a token: set LIBSQL_AUTH_TOKEN or paths.database_auth_token';
    },
  },
  {
    keys: ['queue.stale_after', 'queue.heartbeat'],
    test: ({ queue }) =>
      queue.stale_after >= 2 * queue.heartbeat
        ? undefined
        : 'must be at least twice queue.heartbeat, or jobs that are alive are taken away',
  },
  {
    keys: ['gmail.use_pubsub', 'gmail.project_id', 'gmail.topic', 'gmail.subscription'],
    test: (config) => {
      const keys = config.gmail.use_pubsub ? missing(config, ['project_id', 'topic', 'subscription']) : [];
      return keys.length === 0 ? undefined : `needs ${keys.join(' and ')} too`;
    },
  },
  {
    keys: ['model.base_url', 'model.provider'],
    test: ({ model }) =>
      model.provider === 'openai-compatible' && model.base_url === undefined
        ? 'is needed with model.provider = "openai-compatible"'
        : undefined,
  },
  {
    keys: ['model.fallback.base_url', 'model.fallback.provider'],
    test: ({ model: { fallback } }) =>
      fallback.provider === 'openai-compatible' && fallback.base_url === undefined
        ? 'is needed with model.fallback.provider = "openai-compatible"'
        : undefined,
  },
];
