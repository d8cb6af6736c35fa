import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { countTests, runStep, type Step } from './check-step.ts';

const node = (script: string, more: Partial<Step> = {}): Step => ({
  name: 'a step',
  command: process.execPath,
  args: ['-e', script],
  maxMinutes: 1,
  ...more,
});

test('a step that ends well passes and counts no test', async () => {
  expect(await runStep(node(''))).toMatchObject({ ok: true, passed: 0, failed: 0 });
});

test('a step that ends badly counts as one failure', async () => {
  expect(await runStep(node('process.exit(3)'))).toMatchObject({
    ok: false,
    failed: 1,
    reasons: ['ended with code 3'],
  });
});

test('a command that does not exist counts as one failure', async () => {
  const outcome = await runStep(node('', { command: 'no-such-command-here' }));
  expect(outcome).toMatchObject({ ok: false, failed: 1 });
});

test('a step that takes too long is stopped', async () => {
  const outcome = await runStep(node('setInterval(() => {}, 1000)', { maxMinutes: 0.005 }));
  expect(outcome.reasons).toEqual(['took longer than 0.005 minutes']);
});

test('a test step that left no report fails, even when it ended well', async () => {
  const outcome = await runStep(node('', { report: path.join(tmpdir(), 'no-such-report.json') }));
  expect(outcome).toMatchObject({ ok: false, failed: 1, reasons: ['no test ran'] });
});

test('a run whose tests all passed but which ended badly fails', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'ashford-report-'));
  const report = path.join(folder, 'report.json');
  const assertionResults = [{ status: 'passed', fullName: 'works' }];
  writeFileSync(
    report,
    JSON.stringify({ testResults: [{ name: 'a', status: 'passed', message: '', assertionResults }] }),
  );
  expect(await runStep(node('process.exit(1)', { report }))).toMatchObject({
    ok: false,
    passed: 1,
    failed: 1,
  });
  expect(await runStep(node('', { report }))).toMatchObject({ ok: true, passed: 1, failed: 0 });
  rmSync(folder, { recursive: true });
});

test('a step whose last line counts is counted by it, and fails without one', async () => {
  const say = (...lines: string[]) =>
    node(`for (const line of ${JSON.stringify(lines)}) console.log(line)`, { lastLineCounts: true });
  expect(await runStep(say('R1: holds', '3 passed, 0 failed'))).toMatchObject({
    ok: true,
    passed: 3,
    failed: 0,
  });
  expect(await runStep(say('R1 file: BROKEN it is so', '2 passed, 1 failed'))).toMatchObject({
    ok: false,
    passed: 2,
    failed: 1,
    reasons: ['R1 file: BROKEN it is so'],
  });
  expect(await runStep(say('R1: holds'))).toMatchObject({ ok: false, failed: 1, reasons: ['no test ran'] });
});

test('a test file that could not be loaded counts as one failure', () => {
  const report = {
    testResults: [
      {
        name: path.resolve('broken.test.ts'),
        status: 'failed',
        message: 'no such module\nat x',
        assertionResults: [],
      },
      {
        name: path.resolve('a.test.ts'),
        status: 'failed',
        message: '',
        assertionResults: [
          { status: 'passed', fullName: 'adds' },
          { status: 'failed', fullName: 'subtracts', failureMessages: ['Error: 3 is not 2\n    at x'] },
        ],
      },
    ],
  };
  expect(countTests(report)).toEqual({
    passed: 1,
    failed: 2,
    reasons: ['a.test.ts: subtracts\n  Error: 3 is not 2', 'broken.test.ts: no such module'],
  });
});
