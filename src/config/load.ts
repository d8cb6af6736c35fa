import { CHECKS } from './checks.ts';
import { type Config, configSchema } from './config.ts';
import { findConfigFile, type ReadFile } from './file.ts';
import { dataFolder, joinPath, keyFolder } from './paths.ts';
import { ConfigError, type Origin, type Problem, shownValue } from './problems.ts';
import { type Assignment, environmentAssignments, fileAssignments, overrideAssignments } from './sources.ts';
import { finalValue, type ValueContext } from './value.ts';

export interface LoadOptions {
  /** Dotted keys from the command line, such as `{ 'app.port': '8080' }`; undefined ones are left out. */
  overrides?: Readonly<Record<string, unknown>>;
  /** `--config`. */
  configFile?: string | undefined;
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  homeDir: string;
  readFile: ReadFile;
  /** As in `process.platform`; linux when left out. */
  platform?: string;
  /** Of this machine; UTC when left out. */
  timeZone?: string;
}

export interface LoadedConfig {
  config: Config;
  /** Where each key that is not a default came from, by dotted key. */
  sources: ReadonlyMap<string, Origin>;
  /** The file that was read. */
  file: string | undefined;
}

type Tree = { [key: string]: unknown };

const put = (tree: Tree, key: string, value: unknown): void => {
  const path = key.split('.');
  const last = path.pop() ?? key;
  let at = tree;
  for (const part of path) {
    at[part] ??= {};
    at = at[part] as Tree;
  }
  at[last] = value;
};

const has = (tree: Tree, key: string): boolean => {
  let at: unknown = tree;
  for (const part of key.split('.')) at = (at as Tree | undefined)?.[part];
  return at !== undefined;
};

/** Defaults that depend on the machine. */
const putDefaults = (tree: Tree, context: ValueContext, timeZone: string): void => {
  if (!has(tree, 'paths.data_dir')) put(tree, 'paths.data_dir', dataFolder(context));
  const { data_dir } = tree.paths as { data_dir: string };
  if (!has(tree, 'paths.database')) put(tree, 'paths.database', joinPath(context, data_dir, 'ashford.db'));
  if (!has(tree, 'auth.encryption_key_file'))
    put(tree, 'auth.encryption_key_file', joinPath(context, keyFolder(context), 'encryption.key'));
  if (!has(tree, 'digest.time_zone')) put(tree, 'digest.time_zone', timeZone);
};

const crossProblems = (
  config: Config,
  winners: ReadonlyMap<string, Assignment>,
  problems: readonly Problem[],
): Problem[] => {
  const bad = new Set(problems.map((problem) => problem.key));
  return CHECKS.filter(({ keys }) => !keys.some((key) => bad.has(key))).flatMap(({ keys, test }) => {
    const message = test(config);
    if (message === undefined) return [];
    const winner = winners.get(keys[0]);
    const blamed = winner ?? keys.map((key) => winners.get(key)).find((one) => one !== undefined);
    return [
      {
        origin: blamed?.origin ?? { kind: 'default', name: '' },
        key: keys[0],
        ...(winner ? { shown: shownValue(winner.value, winner.info.secret === true) } : {}),
        message,
      },
    ];
  });
};

/**
 * The configuration: defaults, then the file, then the environment, then the command line; later wins. Throws one
 * `ConfigError` (`config.invalid`) that lists everything that is wrong.
 */
export const loadConfig = (options: LoadOptions): LoadedConfig => {
  const { overrides = {}, platform = 'linux', timeZone = 'UTC', ...given } = options;
  const context = { ...given, platform };
  const problems: Problem[] = [];
  const file = findConfigFile(context, problems);
  const assignments = [
    ...(file ? fileAssignments(file, problems) : []),
    ...environmentAssignments(given.env, problems),
    ...overrideAssignments(overrides, problems),
  ];
  const winners = new Map(assignments.map((assignment) => [assignment.key, assignment]));
  const tree: Tree = {};
  for (const assignment of winners.values()) {
    const final = finalValue(assignment, context, problems);
    if (final) put(tree, assignment.key, final.value);
  }
  putDefaults(tree, context, timeZone);
  const config = configSchema.parse(tree);
  problems.push(...crossProblems(config, winners, problems));
  if (problems.length > 0) throw new ConfigError(problems);
  const sources = new Map([...winners].map(([key, { origin }]) => [key, origin]));
  return { config, sources, file: file?.path };
};
