import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { wantsColor } from '#telemetry/log.ts';

/** Where a command writes and asks. A test hands in one that keeps what was written. */
export interface Terminal {
  /** The answer: nothing else goes here. */
  out(text: string): void;
  /** Progress, questions, warnings, errors. */
  err(text: string): void;
  /** Whether a person watches the answer, and progress. */
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
  /** Columns that a table may take; Infinity where nobody watches. */
  readonly columns: number;
  /** Lines that a picture may take; Infinity where nobody watches. */
  readonly rows: number;
  readonly color: boolean;
  /** Whether there is somebody to ask. */
  readonly canAsk: boolean;
  ask(question: string): Promise<string>;
  /** The same for a password: what is typed is not shown. */
  askSecret(question: string): Promise<string>;
  /** All that is piped in, up to so many bytes. */
  readInput(mostBytes: number): Promise<string>;
}

const DEFAULT_COLUMNS = 80;
const DEFAULT_ROWS = 24;

const writer = (stream: NodeJS.WriteStream) => {
  // A reader that goes away (`ashford actions list | head`) is no error of ours.
  stream.on('error', () => {});
  return (text: string) => {
    if (stream.writable) stream.write(text);
  };
};

/** The terminal of this process. */
export const processTerminal = (env: Readonly<Record<string, string | undefined>>): Terminal => {
  const { stdin, stdout, stderr } = process;
  return {
    out: writer(stdout),
    err: writer(stderr),
    outIsTerminal: stdout.isTTY === true,
    errIsTerminal: stderr.isTTY === true,
    get columns() {
      return stdout.isTTY ? stdout.columns || DEFAULT_COLUMNS : Number.POSITIVE_INFINITY;
    },
    get rows() {
      return stdout.isTTY ? stdout.rows || DEFAULT_ROWS : Number.POSITIVE_INFINITY;
    },
    color: wantsColor(env, stdout.isTTY === true),
    canAsk: stdin.isTTY === true && stderr.isTTY === true,
    ask: async (question) => {
      const lines = createInterface({ input: stdin, output: stderr });
      try {
        return await lines.question(question);
      } finally {
        lines.close();
      }
    },
    askSecret: async (question) => {
      stderr.write(question);
      const lines = createInterface({ input: stdin, output: nowhere(), terminal: true });
      try {
        return await lines.question('');
      } finally {
        lines.close();
        stderr.write('\n');
      }
    },
    readInput: async (mostBytes) => {
      let text = '';
      stdin.setEncoding('utf8');
      for await (const chunk of stdin) {
        text += String(chunk);
        if (text.length > mostBytes) break;
      }
      return text.slice(0, mostBytes);
    },
  };
};

/** Takes what a line editor would show. */
const nowhere = (): Writable => new Writable({ write: (_chunk, _encoding, done) => done() });

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

/** Text in a colour, or plain where colours are not wanted. */
export const paint = (term: Pick<Terminal, 'color'>, style: keyof typeof CODES, text: string): string =>
  term.color && text !== '' ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text;
