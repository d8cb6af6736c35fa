import { errorMessage } from '#std/errors.ts';
import type { ReadFile } from './file.ts';
import { absolutePath, folderOf, type Place } from './paths.ts';
import { type Problem, shownValue } from './problems.ts';
import type { Assignment } from './sources.ts';

/** What values are read against. */
export interface ValueContext extends Place {
  cwd: string;
  readFile: ReadFile;
}

type Outcome = { ok: true; value: unknown } | { ok: false; problem: string };

const fine = (value: unknown): Outcome => ({ ok: true, value });
const wrong = (problem: string): Outcome => ({ ok: false, problem });

const FILE_HINT = 'file:PATH takes the value out of a text file; a database file is named by its path alone';

const fromFile = (named: string, base: string, context: ValueContext): Outcome => {
  const path = absolutePath(named, base, context);
  try {
    const text = context.readFile(path);
    if (text === undefined) return wrong(`there is no file ${path} (${FILE_HINT})`);
    if (text.includes('\0')) return wrong(`${path} is not a text file (${FILE_HINT})`);
    return fine(text.replace(/\r?\n$/, ''));
  } catch (error) {
    return wrong(`${path} can't be read: ${errorMessage(error)}`);
  }
};

/** `env:NAME` and `file:PATH`, in a text or in the entries of a list; anything else is as it is. */
const resolve = (value: unknown, base: string, context: ValueContext): Outcome => {
  if (Array.isArray(value)) {
    const entries = value.map((entry) => resolve(entry, base, context));
    const failed = entries.find((entry) => !entry.ok);
    if (failed) return failed;
    const final = entries.map((entry) => (entry.ok ? entry.value : undefined));
    return fine(final.every((entry, i) => entry === value[i]) ? value : final);
  }
  if (typeof value !== 'string') return fine(value);
  if (value.startsWith('env:')) {
    const name = value.slice(4);
    const found = context.env[name];
    return found ? fine(found) : wrong(`the environment has no ${name}`);
  }
  return value.startsWith('file:') ? fromFile(value.slice(5), base, context) : fine(value);
};

const WORDS: Readonly<Record<string, boolean>> = {
  true: true,
  false: false,
  yes: true,
  no: false,
  on: true,
  off: false,
  1: true,
  0: false,
};

const listOf = (text: string): unknown => {
  if (!text.trimStart().startsWith('[')) {
    return text
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '');
  }
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/** Text that stands for a number, a flag or a list. What can't be one stays text, for the schema to refuse. */
const typed = (value: unknown, kind: Assignment['info']['kind']): unknown => {
  if (typeof value !== 'string') return value;
  const text = value.trim();
  if (kind === 'number') return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : value;
  if (kind === 'flag') return WORDS[text.toLowerCase()] ?? value;
  return kind === 'list' ? listOf(value) : value;
};

/**
 * The value that goes into the schema: references resolved first, then text made a number, a flag or a list where it did
 * not come from a file in that form, then paths made absolute. undefined: a problem was noted.
 */
export const finalValue = (
  { key, info, schema, value, origin }: Assignment,
  context: ValueContext,
  problems: Problem[],
): { value: unknown } | undefined => {
  const base = origin.kind === 'file' ? folderOf(context, origin.name) : context.cwd;
  const secret = info.secret === true;
  const resolved = resolve(value, base, context);
  if (!resolved.ok) {
    problems.push({ origin, key, shown: secretReference(value, secret), message: resolved.problem });
    return undefined;
  }
  const isText = origin.kind !== 'file' || resolved.value !== value;
  let final = isText ? typed(resolved.value, info.kind) : resolved.value;
  if (info.path && typeof final === 'string') final = absolutePath(final, base, context);
  const checked = schema.safeParse(final);
  if (checked.success) return { value: final };
  const shown = shownValue(resolved.value, secret || resolved.value !== value);
  problems.push({ origin, key, shown, message: `must be ${info.allowed}` });
  return undefined;
};

/** A reference may be shown: it names where the secret is, not what it is. */
const secretReference = (value: unknown, secret: boolean): string =>
  shownValue(value, secret && !(typeof value === 'string' && /^(env|file):/.test(value)));
