import { Argument, Command, CommanderError, Option } from 'commander';
import type { CommandSpec } from './command.ts';
import { COMMANDS, type CommandEntry } from './commands/catalog.ts';
import { CommandContext, type ContextPorts, type Globals } from './context.ts';
import { Options } from './options.ts';
import { OK, reportError, WRONG_USE } from './report.ts';
import { UsageError } from './usage-error.ts';

const GLOBALS: readonly [flags: string, description: string][] = [
  ['--config <file>', 'config file to use in place of the one that is found'],
  ['--database <url>', 'path or URL of the database, above all settings'],
  ['--data-dir <dir>', 'folder of the data, above all settings'],
  ['--json', 'answer with one JSON document'],
];

/** Global options that take a value: what follows one is no command. */
const WITH_VALUE = new Set(['--config', '--database', '--data-dir']);

/** The words of a command line that name a command, such as `rules add`. */
export const commandWords = (args: readonly string[]): string[] => {
  const words: string[] = [];
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (arg === '--') break;
    if (WITH_VALUE.has(arg)) i++;
    else if (!arg.startsWith('-')) words.push(arg);
  }
  return words[0] === 'help' ? words.slice(1) : words;
};

type Run = (
  spec: CommandSpec,
  input: { args: string[]; options: Options },
  globals: Globals,
) => Promise<void>;

const examplesText = ({ examples }: CommandSpec): string =>
  `\nExamples:\n${examples.map(({ line, does }) => `  $ ${line}\n      ${does}\n`).join('')}`;

/** Gives a commander command everything that its spec says. */
const equip = (command: Command, spec: CommandSpec, run: Run): void => {
  command.summary(spec.summary).description(spec.description ?? spec.summary);
  for (const { name, description, choices } of spec.arguments ?? []) {
    const argument = new Argument(name, description);
    command.addArgument(choices ? argument.choices([...choices]) : argument);
  }
  for (const { flags, description, choices, repeats } of spec.options ?? []) {
    const option = new Option(flags, description);
    if (choices) option.choices([...choices]);
    if (repeats) option.argParser((value, before: string[] = []) => [...before, value]);
    command.addOption(option);
  }
  command.addHelpText('after', examplesText(spec));
  for (const inner of spec.commands ?? []) equip(command.command(inner.name), inner, run);
  if (!spec.run) return;
  command.action(async () => {
    const { json, config, database, dataDir } = command.optsWithGlobals();
    const globals: Globals = { json: json === true, config, database, dataDir };
    const args = command.processedArgs.flat().filter((arg): arg is string => typeof arg === 'string');
    await run(spec, { args, options: new Options(command.opts()) }, globals);
  });
};

interface Building {
  version: string;
  out(text: string): void;
  columns: number;
  run: Run;
}

const emptyRoot = ({ version, out, columns }: Building): Command => {
  const root = new Command('ashford')
    .description("A self-hosted mail agent: rules first, asks before what can't be undone, undoes the rest.")
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show what there is')
    .helpCommand('help [command]', 'show what a command does')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: out,
      // Wrong use is told by whoever catches the error.
      writeErr: () => {},
      outputError: () => {},
      getOutHelpWidth: () => columns,
      getErrHelpWidth: () => columns,
    })
    .exitOverride();
  for (const [flags, description] of GLOBALS) root.option(flags, description);
  root.addHelpText(
    'after',
    '\nExamples:\n  $ ashford demo\n      try it on a made-up mailbox\n  $ ashford import mbox ~/mail.mbox\n      bring in an archive\n',
  );
  return root;
};

/** The commands, all by name and summary; those that `wanted` names with all that they take. */
export const buildCommands = async (
  building: Building,
  wanted: (entry: CommandEntry) => boolean,
): Promise<Command> => {
  const root = emptyRoot(building);
  for (const entry of COMMANDS) {
    const command = root.command(entry.name).summary(entry.summary).description(entry.summary);
    if (!wanted(entry)) continue;
    const spec = await entry.load();
    equip(command, { ...spec, name: entry.name, summary: entry.summary }, building.run);
  }
  return root;
};

/** What commander says of wrong use, in our form: what is wrong, and what may have been meant. */
const usageError = (error: CommanderError): UsageError => {
  const [first = '', ...more] = error.message.replace(/^error: /, '').split('\n');
  const guess = more.join(' ').replace(/^\((.*)\)$/, '$1');
  return new UsageError(first, guess === '' ? undefined : guess);
};

/** A group was named without one of its commands: which there are. */
const missingCommand = (root: Command, words: readonly string[]): UsageError => {
  const named: string[] = [];
  let group = root;
  for (const word of words) {
    const inner = group.commands.find((command) => command.name() === word);
    if (!inner) break;
    named.push(word);
    group = inner;
  }
  const names = group.commands.map((command) => command.name());
  return new UsageError(
    `ashford ${named.join(' ')}: a command is missing`,
    `Add one of ${names.join(', ')}; --help says what each does.`,
  );
};

const SHOWN = new Set(['commander.helpDisplayed', 'commander.version']);

/** Runs one command line, without the program's name, and returns the exit code. Never throws. */
export const runCommandLine = async (args: readonly string[], ports: ContextPorts): Promise<number> => {
  const { term, program, env } = ports;
  const json = args.includes('--json');
  let code = OK;
  const building: Building = {
    version: program.version,
    out: term.out,
    columns: Math.min(term.columns, 100),
    run: async (spec, input, globals) => {
      const ended = await spec.run?.(new CommandContext(ports, globals), input);
      code = typeof ended === 'number' ? ended : OK;
    },
  };
  const words = commandWords(args);
  let root: Command | undefined;
  try {
    root = await buildCommands(building, ({ name }) => name === words[0]);
    if (args.length === 0) {
      term.out(root.helpInformation());
      return OK;
    }
    await root.parseAsync([...args], { from: 'user' });
    return code;
  } catch (e) {
    if (!(e instanceof CommanderError))
      return reportError(e, { term, json, debug: Boolean(env.ASHFORD_DEBUG) });
    if (SHOWN.has(e.code) || e.exitCode === 0) return OK;
    const error = root && e.code === 'commander.help' ? missingCommand(root, words) : usageError(e);
    reportError(error, { term, json, debug: false });
    return WRONG_USE;
  }
};
