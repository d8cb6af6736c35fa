import { parse, TomlError } from 'smol-toml';
import { errorMessage } from '#std/errors.ts';
import { jsonLines, type KeyLines, tomlLines } from './lines.ts';
import { absolutePath, configFolder, joinPath, type Place } from './paths.ts';
import type { Problem } from './problems.ts';

/** Reads a whole text file: undefined when there is none, an exception when it can't be read. */
export type ReadFile = (path: string) => string | undefined;

export interface ConfigFile {
  path: string;
  /** Whatever the file holds; empty when it can't be parsed. */
  tables: Record<string, unknown>;
  lines: KeyLines;
}

interface Search extends Place {
  /** From the command line. */
  configFile?: string | undefined;
  cwd: string;
  readFile: ReadFile;
}

const NAMES = ['ashford.toml', 'ashford.json'];

const empty = (path: string): ConfigFile => ({ path, tables: {}, lines: new Map() });

const isTable = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const lineOf = (text: string, position: number): number => text.slice(0, position).split('\n').length;

/** The parsers quote the text around a mistake, which may be a secret: only their words are repeated. */
const syntaxProblem = (path: string, text: string, error: unknown): Problem => {
  const toml = error instanceof TomlError;
  const position = /position (\d+)/.exec(errorMessage(error))?.[1];
  const line = toml ? error.line : position === undefined ? undefined : lineOf(text, Number(position));
  const words = toml ? errorMessage(error).split('\n', 1)[0] : 'not valid JSON';
  return {
    origin: { kind: 'file', name: path, ...(line === undefined ? {} : { line }) },
    key: '',
    message: words ?? 'not valid TOML',
  };
};

const parseFile = (path: string, text: string, problems: Problem[]): ConfigFile => {
  const json = path.toLowerCase().endsWith('.json');
  try {
    const tables: unknown = json ? JSON.parse(text) : parse(text);
    if (isTable(tables)) return { path, tables, lines: json ? jsonLines(text) : tomlLines(text) };
    problems.push({
      origin: { kind: 'file', name: path },
      key: '',
      message: 'must hold an object of sections',
    });
  } catch (error) {
    problems.push(syntaxProblem(path, text, error));
  }
  return empty(path);
};

const read = (search: Search, path: string, problems: Problem[]): string | undefined => {
  try {
    return search.readFile(path);
  } catch (error) {
    problems.push({
      origin: { kind: 'file', name: path },
      key: '',
      message: `can't be read: ${errorMessage(error)}`,
    });
    return undefined;
  }
};

/** The config file: the named one, which must be there, else the first that is found, else undefined. */
export const findConfigFile = (search: Search, problems: Problem[]): ConfigFile | undefined => {
  const named = search.configFile ?? (search.env.ASHFORD_CONFIG || undefined);
  if (named !== undefined) {
    const path = absolutePath(named, search.cwd, search);
    const before = problems.length;
    const text = read(search, path, problems);
    if (text !== undefined) return parseFile(path, text, problems);
    if (problems.length === before) {
      problems.push({ origin: { kind: 'file', name: path }, key: '', message: 'there is no such file' });
    }
    return undefined;
  }
  for (const folder of [search.cwd, configFolder(search)]) {
    for (const name of NAMES) {
      const path = joinPath(search, folder, name);
      const before = problems.length;
      const text = read(search, path, problems);
      if (text !== undefined) return parseFile(path, text, problems);
      if (problems.length > before) return undefined;
    }
  }
  return undefined;
};
