import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Outcome, runStep, type Step, stopAll } from './check-step.ts';

// `npm run check` runs everything; `npm test` (--test) leaves out what only reads the source.
const testsOnly = process.argv.includes('--test');
const root = fileURLToPath(new URL('..', import.meta.url));
const reports = mkdtempSync(path.join(tmpdir(), 'ashford-check-'));
process.chdir(root);

// npm puts this folder first in the path of its scripts; a direct call gets the same tools.
process.env.PATH = [path.join(root, 'node_modules', '.bin'), process.env.PATH].join(path.delimiter);

const node = process.execPath;
const bin = (script: string): string => path.join(root, 'node_modules', script);

const vitest = (name: string, report: string, maxMinutes: number, args: readonly string[] = []): Step => {
  const file = path.join(reports, report);
  const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${file}`];
  return {
    name,
    command: node,
    args: [bin('vitest/vitest.mjs'), 'run', ...args, ...reporters],
    maxMinutes,
    report: file,
  };
};

// Biome colours its output even when it goes to a file.
const colors = `--colors=${process.stdout.isTTY ? 'force' : 'off'}`;

const hasWeb = existsSync('web/src');
const hasE2e = existsSync('test/e2e') && readdirSync('test/e2e').some((file) => file.endsWith('.test.ts'));

const reading: Step[] = [
  {
    name: 'format and lint',
    command: 'biome',
    args: ['ci', '--error-on-warnings', colors, '.'],
    maxMinutes: 2,
  },
  { name: 'types', command: node, args: [bin('typescript/bin/tsc'), '-p', 'tsconfig.json'], maxMinutes: 4 },
  ...(hasWeb
    ? [{ name: 'web types', command: 'npm', args: ['run', 'check', '-w', 'web'], maxMinutes: 4 }]
    : []),
  { name: 'unused code', command: node, args: [bin('knip/bin/knip.js')], maxMinutes: 3 },
];

const testing: Step[] = [
  vitest('tests', 'tests.json', 10),
  ...(hasWeb
    ? [
        {
          name: 'web build',
          command: 'npm',
          args: ['run', 'build', '-w', 'web', '--', '--logLevel', 'warn'],
          maxMinutes: 5,
        },
      ]
    : []),
  // After the web app is built: the program builds it at its start when it is missing.
  {
    name: 'crash programme',
    command: node,
    args: ['test/torture/run.ts', '--quick'],
    maxMinutes: 30,
    lastLineCounts: true,
  },
  ...(hasE2e ? [vitest('browser tests', 'e2e.json', 8, ['--config', 'test/e2e/vitest.config.ts'])] : []),
];

const summarise = (outcomes: readonly Outcome[]): void => {
  console.log('');
  for (const one of outcomes) {
    const tests =
      one.passed + one.failed > 0 && one.passed > 0 ? `  ${one.passed} passed, ${one.failed} failed` : '';
    console.log(
      `${one.ok ? 'ok    ' : 'FAILED'} ${one.step.padEnd(16)} ${one.seconds.toFixed(1).padStart(6)} s${tests}`,
    );
    for (const reason of one.reasons) console.log(reason.replace(/^/gm, ' '.repeat(9)));
  }
  const sum = (key: 'passed' | 'failed'): number => outcomes.reduce((total, one) => total + one[key], 0);
  console.log(`${sum('passed')} passed, ${sum('failed')} failed`);
};

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    stopAll();
    rmSync(reports, { recursive: true, force: true });
    process.exit(1);
  });
}

// Every step runs, whatever the one before it said, so that one run shows all that is wrong.
const outcomes: Outcome[] = [];
for (const step of testsOnly ? testing : [...reading, ...testing]) {
  console.log(`\n── ${step.name}`);
  const outcome = await runStep(step);
  console.log(`── ${step.name}: ${outcome.ok ? 'ok' : 'FAILED'} in ${outcome.seconds.toFixed(1)} s`);
  outcomes.push(outcome);
}
rmSync(reports, { recursive: true, force: true });
summarise(outcomes);
process.exitCode = outcomes.every((one) => one.ok) ? 0 : 1;
