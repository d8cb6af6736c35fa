import type { z } from 'zod';
import { configSchema } from './config.ts';
import type { ConfigFile } from './file.ts';
import { didYouMean, type Origin, type Problem } from './problems.ts';
import { infoOf, keysOf, type SettingInfo } from './setting.ts';

/** One key that some source sets. */
export interface Assignment {
  key: string;
  schema: z.ZodType;
  info: SettingInfo;
  value: unknown;
  origin: Origin;
}

interface Leaf {
  schema: z.ZodType;
  info: SettingInfo;
}

const collectLeaves = (schema: z.ZodType, path: readonly string[], leaves: Map<string, Leaf>): void => {
  for (const [key, inner] of Object.entries(keysOf(schema) ?? {})) {
    const info = infoOf(inner);
    if (info) leaves.set([...path, key].join('.'), { schema: inner, info });
    else collectLeaves(inner, [...path, key], leaves);
  }
};

const allLeaves = (): ReadonlyMap<string, Leaf> => {
  const leaves = new Map<string, Leaf>();
  collectLeaves(configSchema, [], leaves);
  return leaves;
};

/** Every key by its dotted name. */
export const LEAVES = allLeaves();

/** Variables with names of their own; `ASHFORD_<SECTION>__<KEY>` exists for every key besides. */
export const ENV_NAMES: Readonly<Record<string, string>> = {
  APP_PORT: 'app.port',
  OTLP_ENDPOINT: 'telemetry.otlp_endpoint',
  MODEL: 'model.model',
  DISCORD_BOT_TOKEN: 'discord.bot_token',
  TELEGRAM_BOT_TOKEN: 'telegram.bot_token',
  LIBSQL_AUTH_TOKEN: 'paths.database_auth_token',
  DATABASE_URL: 'paths.database',
  ASHFORD_ENCRYPTION_KEY: 'auth.encryption_key',
};

const suggestion = (path: readonly string[], siblings: readonly string[]): string => {
  const word = path.at(-1) ?? '';
  const near = didYouMean(word, siblings);
  if (near !== undefined) return `; did you mean ${[...path.slice(0, -1), near].join('.')}?`;
  const elsewhere = [...LEAVES.keys()].filter((key) => key.endsWith(`.${word}`));
  const depth = Math.min(...elsewhere.map((key) => key.split('.').length));
  const nearest = elsewhere.filter((key) => key.split('.').length === depth);
  const meant = didYouMean(path.join('.'), elsewhere) ?? (nearest.length === 1 ? nearest[0] : undefined);
  return meant === undefined ? '' : `; did you mean ${meant}?`;
};

/** The value is left out: a misspelt key may hold a secret. */
const unknownKey = (origin: Origin, path: readonly string[], siblings: readonly string[]): Problem => ({
  origin,
  key: path.join('.'),
  message: `is not a known key${suggestion(path, siblings)}`,
});

/** What a file sets. Unknown keys and values in place of tables are problems. */
export const fileAssignments = (file: ConfigFile, problems: Problem[]): Assignment[] => {
  const found: Assignment[] = [];
  const walk = (table: Record<string, unknown>, schema: z.ZodType, path: readonly string[]): void => {
    const keys = keysOf(schema) ?? {};
    for (const [name, value] of Object.entries(table)) {
      const here = [...path, name];
      const key = here.join('.');
      const line = file.lines.get(key) ?? file.lines.get(path.join('.'));
      const origin: Origin = { kind: 'file', name: file.path, ...(line === undefined ? {} : { line }) };
      const leaf = LEAVES.get(key);
      const inner = Object.hasOwn(keys, name) ? keys[name] : undefined;
      if (leaf) found.push({ key, ...leaf, value, origin });
      else if (!inner) {
        if (path.length > 0 || name !== '$schema') problems.push(unknownKey(origin, here, Object.keys(keys)));
      } else if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
        walk(value as Record<string, unknown>, inner, here);
      } else problems.push({ origin, key, message: 'must be a table of keys' });
    }
  };
  walk(file.tables, configSchema, []);
  return found;
};

const textAssignment = (
  key: string,
  value: unknown,
  { origin, problems }: { origin: Origin; problems: Problem[] },
): Assignment[] => {
  const leaf = LEAVES.get(key);
  if (leaf) return [{ key, ...leaf, value, origin }];
  const path = key.split('.');
  const parent = path.slice(0, -1).join('.');
  const siblings =
    path.length === 1
      ? Object.keys(keysOf(configSchema) ?? {})
      : [...LEAVES.keys()]
          .filter((known) => known.startsWith(`${parent}.`))
          .map((known) => known.slice(parent.length + 1));
  problems.push(unknownKey(origin, path, siblings));
  return [];
};

/** What the environment sets. An empty variable counts as not set, as compose files write it. */
export const environmentAssignments = (
  env: Readonly<Record<string, string | undefined>>,
  problems: Problem[],
): Assignment[] => {
  const found: Assignment[] = [];
  for (const [name, key] of Object.entries(ENV_NAMES)) {
    const value = env[name];
    if (value) found.push(...textAssignment(key, value, { origin: { kind: 'environment', name }, problems }));
  }
  for (const [name, value] of Object.entries(env).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!value || !name.startsWith('ASHFORD_') || !name.includes('__')) continue;
    const key = name.slice('ASHFORD_'.length).toLowerCase().split('__').join('.');
    found.push(...textAssignment(key, value, { origin: { kind: 'environment', name }, problems }));
  }
  return found;
};

/** What the command line sets: dotted keys with text, or with values of the right type. */
export const overrideAssignments = (
  overrides: Readonly<Record<string, unknown>>,
  problems: Problem[],
): Assignment[] =>
  Object.entries(overrides).flatMap(([key, value]) =>
    value === undefined
      ? []
      : textAssignment(key, value, { origin: { kind: 'command line', name: key }, problems }),
  );
