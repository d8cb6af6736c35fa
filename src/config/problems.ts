import { AppError } from '#std/errors.ts';
import { CONFIG_ERROR_VALUE_CHARS, DID_YOU_MEAN_EDITS } from './limits.ts';
import { maskUrl } from './redact.ts';

/** Where a value came from. */
export interface Origin {
  kind: 'default' | 'file' | 'environment' | 'command line';
  /** The file, the variable, or the key on the command line; empty for defaults. */
  name: string;
  /** Of the file, from 1. */
  line?: number;
}

/** One thing that is wrong with the configuration. */
export interface Problem {
  origin: Origin;
  /** Dotted, such as `app.port`; empty when the whole file can't be read. */
  key: string;
  /** The value as far as it may be shown. */
  shown?: string;
  /** Such as 'must be a whole number from 1 to 65535'. */
  message: string;
}

/** A value as errors may repeat it: never a secret, never long. */
export const shownValue = (value: unknown, secret: boolean): string => {
  if (secret) return '[secret]';
  const text =
    typeof value === 'string' ? JSON.stringify(maskUrl(value)) : (JSON.stringify(value) ?? String(value));
  return text.length > CONFIG_ERROR_VALUE_CHARS ? `${text.slice(0, CONFIG_ERROR_VALUE_CHARS)}…` : text;
};

const place = ({ kind, name, line }: Origin): string => {
  if (kind === 'file') return line === undefined ? name : `${name}:${line}`;
  return kind === 'default' ? 'default' : `${kind} ${name}`;
};

export const problemText = ({ origin, key, shown, message }: Problem): string => {
  if (key === '') return `${place(origin)}: ${message}`;
  const value = shown === undefined ? '' : ` = ${shown}:`;
  return `${place(origin)}: ${key}${value} ${message}`;
};

/** All that is wrong with the configuration, in one error. */
export class ConfigError extends AppError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const head = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
    super(
      'input',
      'config.invalid',
      `The configuration has ${head}:\n${problems.map((problem) => `  ${problemText(problem)}`).join('\n')}`,
      {
        help: 'Mend what is listed and try again; `ashford config schema` describes every key.',
        fields: { problems: problems.length },
      },
    );
    this.problems = problems;
  }
}

/** Levenshtein distance, given up (Infinity) when the lengths alone differ by more than `DID_YOU_MEAN_EDITS`. */
const editDistance = (a: string, b: string): number => {
  if (Math.abs(a.length - b.length) > DID_YOU_MEAN_EDITS) return Number.POSITIVE_INFINITY;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
};

/** The known word that was probably meant. */
export const didYouMean = (word: string, known: readonly string[]): string | undefined => {
  let best: string | undefined;
  let least = Math.min(DID_YOU_MEAN_EDITS, Math.floor(word.length / 2)) + 1;
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate);
    if (distance < least) {
      best = candidate;
      least = distance;
    }
  }
  return best;
};
