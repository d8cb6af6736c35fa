import type { CommandContext } from './context.ts';
import type { Options } from './options.ts';

export interface ArgumentSpec {
  /** As commander writes them: `<file>` is needed, `[id]` may be left out, `<id...>` takes many. */
  name: string;
  description: string;
  choices?: readonly string[];
}

export interface OptionSpec {
  /** Such as `--rule <id>`; the part in brackets makes it take a value. */
  flags: string;
  description: string;
  choices?: readonly string[];
  /** May be given several times. */
  repeats?: boolean;
}

/** What was given to one command. */
export interface Input {
  /** The arguments in order; those of a `<x...>` stand one after the other. */
  args: readonly string[];
  options: Options;
}

export interface Example {
  line: string;
  /** What it does, as the end of a sentence. */
  does: string;
}

/** One command: how it is called, what its help says, and what it does. */
export interface CommandSpec {
  name: string;
  summary: string;
  /** More than the summary, for its own help. */
  description?: string;
  arguments?: readonly ArgumentSpec[];
  options?: readonly OptionSpec[];
  examples: readonly [Example, ...Example[]];
  /** Commands under this one; such a command does nothing itself, unless it has `run` too. */
  commands?: readonly CommandSpec[];
  /** The exit code; 0 when it returns nothing. */
  run?(context: CommandContext, input: Input): Promise<number> | Promise<void>;
}

/** A command of the catalog, which gives it its name and summary. */
export const defineCommand = (spec: Omit<CommandSpec, 'name' | 'summary'>): typeof spec => spec;
