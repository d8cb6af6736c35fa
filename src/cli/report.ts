import { AppError, errorMessage } from '#std/errors.ts';
import { paint, type Terminal } from './terminal.ts';
import { manyLines } from './text.ts';
import { UsageError } from './usage-error.ts';

export const OK = 0;
export const FAILED = 1;
export const WRONG_USE = 2;
/** As shells tell of a program that Ctrl-C ended. */
export const INTERRUPTED = 130;

interface Told {
  code: string;
  message: string;
  help: string | undefined;
}

/** What the system says, in words, by its error code. */
const SYSTEM: Readonly<Record<string, { what: string; help: string }>> = {
  ENOENT: { what: 'does not exist', help: 'Check the path.' },
  EACCES: { what: 'may not be used', help: 'Check the permissions of it and of its folder.' },
  EPERM: { what: 'may not be used', help: 'Check the permissions of it and of its folder.' },
  EROFS: { what: 'is on a disk that is read-only', help: 'Choose another folder with --data-dir.' },
  EISDIR: { what: 'is a folder', help: 'Name a file.' },
  ENOTDIR: { what: 'is under something that is no folder', help: 'Check the path.' },
  ENOSPC: { what: 'does not fit: the disk is full', help: 'Free some space and try again.' },
};

const BUG = 'This is a bug in Ashford. Set ASHFORD_DEBUG=1 to see where it comes from.';

const systemError = (e: NodeJS.ErrnoException): Told | undefined => {
  if (e.code === 'EADDRINUSE') {
    const port = (e as { port?: number }).port;
    return {
      code: 'cli.port-in-use',
      message: `Port ${port ?? ''} is in use`,
      help: 'Another Ashford may run already: try `ashford open`. Or choose another port with --port.',
    };
  }
  const known = e.code === undefined ? undefined : SYSTEM[e.code];
  if (!known) return undefined;
  return {
    code: `cli.${e.code?.toLowerCase()}`,
    message: `${e.path ?? 'A file'} ${known.what}`,
    help: known.help,
  };
};

const told = (e: unknown): Told => {
  if (e instanceof AppError) return { code: e.code, message: e.message, help: e.help };
  const system = e instanceof Error ? systemError(e as NodeJS.ErrnoException) : undefined;
  return system ?? { code: 'cli.bug', message: errorMessage(e), help: BUG };
};

const causes = (e: unknown): string => {
  const stack = e instanceof Error ? (e.stack ?? e.message) : String(e);
  const cause = e instanceof Error && e.cause !== undefined ? `\nCaused by: ${causes(e.cause)}` : '';
  return `${stack}${cause}`;
};

/** Says what went wrong and what to do, and returns the exit code. */
export const reportError = (e: unknown, o: { term: Terminal; json: boolean; debug: boolean }): number => {
  const { code, message, help } = told(e);
  const { term } = o;
  if (o.json) term.err(`${JSON.stringify({ error: { code, message, help: help ?? null } })}\n`);
  else {
    const red = { color: term.color && term.errIsTerminal };
    term.err(`${paint(red, 'red', 'Error:')} ${manyLines(message)}\n`);
    if (help) term.err(`  → ${manyLines(help)}\n`);
  }
  if (o.debug) term.err(`${causes(e)}\n`);
  return e instanceof UsageError ? WRONG_USE : FAILED;
};
