import { expect, test } from 'vitest';
import { ManualClock } from '#std/clock.ts';
import { testTerminal } from '#test/kit/terminal.ts';
import type { CommandSpec } from './command.ts';
import { commandWords, runCommandLine } from './command-line.ts';
import { COMMANDS } from './commands/catalog.ts';
import type { Program } from './program.ts';

const nothing = (): never => {
  throw new Error('nothing is opened here');
};

const program: Program = { version: '1.2.3', open: nothing, start: nothing };

const ran = async (...args: string[]) => {
  const term = testTerminal();
  const code = await runCommandLine(args, { term, program, clock: new ManualClock(), env: {} });
  return { code, ...term.written };
};

interface Leaf {
  words: string[];
  spec: Omit<CommandSpec, 'name' | 'summary'>;
}

const leavesOf = (words: string[], spec: Leaf['spec']): Leaf[] => [
  { words, spec },
  ...(spec.commands ?? []).flatMap((inner) => leavesOf([...words, inner.name], inner)),
];

const everyCommand = (
  await Promise.all(COMMANDS.map(async ({ name, load }) => leavesOf([name], await load())))
).flat();

test.each(everyCommand.map(({ words, spec }) => [words.join(' '), spec] as const))(
  'ashford %s --help explains itself with an example that is right',
  async (name, spec) => {
    const { code, out, err } = await ran(...name.split(' '), '--help');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(`Usage: ashford ${name}`);
    expect(out).toContain('Examples:\n  $ ');
    expect(out).toContain('--json');
    for (const line of out.split('\n'))
      if (!line.startsWith('  $')) expect(line.length).toBeLessThanOrEqual(100);
    for (const { line } of spec.examples) expect(line).toContain('ashford ');
    for (const { description } of [...(spec.options ?? []), ...(spec.arguments ?? [])])
      expect(description).not.toBe('');
  },
);

test('options that mean the same for all are nowhere taken for something else', () => {
  const taken = everyCommand.flatMap(({ spec }) =>
    (spec.options ?? []).map((o) => /--[a-z-]+/.exec(o.flags)?.[0]),
  );
  for (const global of ['--config', '--database', '--data-dir', '--json', '--help', '--version'])
    expect(taken).not.toContain(global);
});

test('help lists every command, with and without being asked', async () => {
  for (const args of [[], ['--help'], ['help']]) {
    const { code, out } = await ran(...args);
    expect(code).toBe(0);
    for (const { name, summary } of COMMANDS)
      expect(out).toMatch(new RegExp(`  ${name} +${summary.slice(0, 20)}`));
  }
  expect((await ran('help', 'undo')).out).toContain('Usage: ashford undo');
});

test('the version is printed in three ways', async () => {
  expect((await ran('version')).out).toBe('1.2.3\n');
  expect((await ran('--version')).out).toBe('1.2.3\n');
  expect(JSON.parse((await ran('version', '--json')).out)).toMatchObject({ version: '1.2.3' });
});

test.each([
  [['strat'], 'Did you mean start?'],
  [['rules', 'lst'], 'Did you mean list?'],
  [['undo', '--sinc', '5 pm'], 'Did you mean --since?'],
  [['rules'], '--help'],
  [['import', 'mbox'], '--help'],
  [['import', 'pst', 'x'], 'Allowed choices'],
  [['start', '--port', 'abc'], '--help'],
  [['run'], '--until-idle'],
])('%j is wrong use: exit code 2, and a word on what was meant', async (args, help) => {
  const { code, out, err } = await ran(...args);
  expect(code).toBe(2);
  expect(out).toBe('');
  expect(err).toMatch(/^Error: .+\n {2}→ /);
  expect(err).toContain(help);
});

test('machines get errors as JSON', async () => {
  const { code, out, err } = await ran('strat', '--json');
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(JSON.parse(err)).toEqual({
    error: { code: 'cli.usage', message: "unknown command 'strat'", help: 'Did you mean start?' },
  });
});

test('a bug is told without its stack, unless somebody debugs', async () => {
  const term = testTerminal();
  const ports = { term, clock: new ManualClock(), program };
  expect(await runCommandLine(['status', '--data-dir', '/nowhere'], { ...ports, env: {} })).toBe(1);
  expect(term.written.err).toMatch(/^Error: nothing is opened here\n {2}→ .*ASHFORD_DEBUG.*\n$/);
  await runCommandLine(['status', '--data-dir', '/nowhere'], { ...ports, env: { ASHFORD_DEBUG: '1' } });
  expect(term.written.err).toContain('command-line.test.ts');
});

test('the words of a command are found among global options', () => {
  expect(commandWords(['--config', 'start', 'rules', '--json', 'list'])).toEqual(['rules', 'list']);
  expect(commandWords(['help', 'undo'])).toEqual(['undo']);
  expect(commandWords(['--', 'undo'])).toEqual([]);
});

test('a group without one of its commands says which there are', async () => {
  expect(await ran('schedules')).toMatchObject({
    code: 2,
    err: expect.stringContaining('ashford schedules: a command is missing'),
  });
  const { err } = await ran('accounts', 'add');
  expect(err).toContain('ashford accounts add: a command is missing');
  expect(err).toContain('Add one of gmail, imap, local');
});
