import { systemClock } from '#std/clock.ts';
import type { CommandSpec } from './command.ts';
import { runCommandLine } from './command-line.ts';
import { COMMANDS } from './commands/catalog.ts';
import type { Program } from './program.ts';
import type { Terminal } from './terminal.ts';

const COLUMNS = 100;

const nothing = (): never => {
  throw new Error('Help needs no program');
};

const program: Program = { version: '', open: nothing, start: nothing };

/** What `--help` says after these words. */
const helpOf = async (words: readonly string[]): Promise<string> => {
  let text = '';
  const term: Terminal = {
    out: (more) => {
      text += more;
    },
    err: nothing,
    outIsTerminal: false,
    errIsTerminal: false,
    rows: Number.POSITIVE_INFINITY,
    columns: COLUMNS,
    color: false,
    canAsk: false,
    ask: nothing,
    askSecret: nothing,
    readInput: nothing,
  };
  await runCommandLine([...words, '--help'], { term, program, clock: systemClock, env: {} });
  return text;
};

const wordsOf = (words: string[], spec: Pick<CommandSpec, 'commands'>): string[][] => [
  words,
  ...(spec.commands ?? []).flatMap((inner) => wordsOf([...words, inner.name], inner)),
];

const section = async (words: readonly string[]): Promise<string> => {
  const title = ['ashford', ...words].join(' ');
  return `${words.length > 1 ? '###' : '##'} ${title}\n\n\`\`\`text\n${(await helpOf(words)).trim()}\n\`\`\`\n`;
};

/** The page of every command's help: docs/cli.md. */
export const renderHelpPage = async (): Promise<string> => {
  const all: string[][] = [[]];
  for (const { name, load } of COMMANDS) all.push(...wordsOf([name], await load()));
  const sections: string[] = [];
  for (const words of all) sections.push(await section(words));
  const intro =
    '# The command line\n\nMade by `npm run snapshot` from the commands themselves. Exit codes: 0 ok, 1 failed, 2 wrong use, 130 stopped by Ctrl-C with work left.\n';
  return [intro, ...sections].join('\n');
};
