import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/** One command of a check. */
export interface Step {
  name: string;
  command: string;
  args: readonly string[];
  /** The most it may take before it is stopped and counts as failed. */
  maxMinutes: number;
  /** Where vitest writes its JSON report; a step without one is no test and counts only when it fails. */
  report?: string;
  /** Its last line says `N passed, N failed`; the lines before that start with `BROKEN` after their name say what failed. */
  lastLineCounts?: boolean;
}

export interface Outcome {
  step: string;
  ok: boolean;
  seconds: number;
  passed: number;
  failed: number;
  /** Names of failed tests, or the one reason that the step failed. */
  reasons: string[];
}

/** The part of vitest's JSON report that is read here. */
interface VitestReport {
  testResults: {
    name: string;
    status: string;
    message: string;
    assertionResults: { status: string; fullName: string; failureMessages?: readonly string[] }[];
  }[];
}

const running = new Set<ChildProcess>();

/** Stops a child and all that it started: each runs in a process group of its own. */
const stop = (child: ChildProcess, signal: NodeJS.Signals): void => {
  if (child.pid === undefined) return;
  try {
    if (process.platform === 'win32') child.kill(signal);
    else process.kill(-child.pid, signal);
  } catch {
    // It has ended meanwhile.
  }
};

export const stopAll = (): void => {
  for (const child of running) stop(child, 'SIGTERM');
};

/** Characters of a step's output that are kept, the last ones. */
const KEPT_CHARS = 200_000;
/** Characters of the message of a failed test in the summary. */
const REASON_CHARS = 300;

/**
 * Runs a command with our own output. Resolves with null when it ended well, else with the reason. `hear` is told what it
 * writes.
 */
const run = (step: Step, hear?: (text: string) => void): Promise<string | null> =>
  new Promise((resolve) => {
    const child = spawn(step.command, step.args, {
      stdio: ['ignore', hear ? 'pipe' : 'inherit', 'inherit'],
      detached: process.platform !== 'win32',
      shell: process.platform === 'win32',
    });
    running.add(child);
    child.stdout?.on('data', (chunk: Buffer) => {
      process.stdout.write(chunk);
      hear?.(chunk.toString());
    });
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      stop(child, 'SIGKILL');
    }, step.maxMinutes * 60_000);
    const end = (reason: string | null): void => {
      clearTimeout(timer);
      running.delete(child);
      resolve(late ? `took longer than ${step.maxMinutes} minutes` : reason);
    };
    child.on('error', (error) => end(`could not start: ${error.message}`));
    child.on('close', (code, signal) => end(code === 0 ? null : `ended with ${signal ?? `code ${code}`}`));
  });

const readReport = (file: string): VitestReport | undefined => {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as VitestReport;
  } catch {
    return undefined;
  }
};

/** What a test says first of why it failed, short enough for a summary. */
const firstLine = (message = ''): string[] => {
  const line = stripVTControlCharacters(message).split('\n')[0]?.slice(0, REASON_CHARS);
  return line ? [line] : [];
};

/** Counts the tests of a report. A file that could not even be loaded counts as one failure. */
export const countTests = (report: VitestReport): Pick<Outcome, 'passed' | 'failed' | 'reasons'> => {
  const place = (file: string): string => path.relative(process.cwd(), file);
  const all = report.testResults.flatMap((file) =>
    file.assertionResults.map(({ status, fullName, failureMessages }) => ({
      status,
      title: [`${place(file.name)}: ${fullName}`, ...firstLine(failureMessages?.[0])].join('\n  '),
    })),
  );
  const failed = all.filter((one) => one.status === 'failed').map((one) => one.title);
  const broken = report.testResults
    .filter(
      (file) => file.status === 'failed' && !file.assertionResults.some((one) => one.status === 'failed'),
    )
    .map((file) => `${place(file.name)}: ${file.message.split('\n')[0]}`);
  const reasons = [...failed, ...broken];
  return { passed: all.filter((one) => one.status === 'passed').length, failed: reasons.length, reasons };
};

/** Counts what a step said of itself in its last line. */
export const countLines = (said: string): Pick<Outcome, 'passed' | 'failed' | 'reasons'> => {
  const lines = said.trimEnd().split('\n');
  const [, passed, failed] = /^(\d+) passed, (\d+) failed$/.exec(lines.at(-1) ?? '') ?? [];
  const reasons = lines.filter((line) => line.includes(': BROKEN ') || line.includes(': DOES NOT HOLD'));
  return { passed: Number(passed ?? 0), failed: Number(failed ?? 0), reasons };
};

/** Runs one step and says how it went. A step that fails counts as one failure at least, even when no test did. */
export const runStep = async (step: Step): Promise<Outcome> => {
  const start = performance.now();
  let said = '';
  const hear = (text: string): void => {
    said = (said + text).slice(-KEPT_CHARS);
  };
  const reason = await run(step, step.lastLineCounts ? hear : undefined);
  const seconds = (performance.now() - start) / 1000;
  const report = step.report ? readReport(step.report) : undefined;
  const counted = report ? countTests(report) : countLines(said);
  const silent =
    (step.report || step.lastLineCounts) && counted.passed + counted.failed === 0 ? 'no test ran' : null;
  const wrong = reason ?? silent;
  if (wrong && counted.failed === 0)
    return {
      step: step.name,
      ok: false,
      seconds,
      ...counted,
      failed: 1,
      reasons: [...counted.reasons, wrong],
    };
  return { step: step.name, ok: counted.failed === 0, seconds, ...counted };
};
