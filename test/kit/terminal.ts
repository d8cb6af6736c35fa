import type { Terminal } from '#cli/terminal.ts';

export interface TestTerminal extends Terminal {
  readonly written: { out: string; err: string };
}

/** A terminal that keeps what is written to it. Nobody is there to answer, unless `answers` has some. */
export const testTerminal = (
  o: Partial<Pick<Terminal, 'outIsTerminal' | 'errIsTerminal' | 'columns' | 'rows' | 'color'>> & {
    answers?: string[];
    /** What is piped in. */
    input?: string;
  } = {},
): TestTerminal => {
  const written = { out: '', err: '' };
  const answers = [...(o.answers ?? [])];
  return {
    written,
    out: (text) => {
      written.out += text;
    },
    err: (text) => {
      written.err += text;
    },
    outIsTerminal: o.outIsTerminal ?? false,
    errIsTerminal: o.errIsTerminal ?? false,
    columns: o.columns ?? Number.POSITIVE_INFINITY,
    rows: o.rows ?? Number.POSITIVE_INFINITY,
    color: o.color ?? false,
    canAsk: answers.length > 0,
    ask: async (question) => {
      written.err += question;
      return answers.shift() ?? '';
    },
    askSecret: async (question) => {
      written.err += `${question}\n`;
      return answers.shift() ?? '';
    },
    readInput: async () => o.input ?? '',
  };
};
