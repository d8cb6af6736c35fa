import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorMessage } from '#std/errors.ts';
import { seededRandom } from '#std/random.ts';
import type { Trial, TrialEngine, TrialRun } from '#test/torture/trial.ts';
import type { Engines } from './engines.ts';

const MAX_MS = 15 * 60_000;
const MAX_QUICK_MS = 60_000;
/** Milliseconds that a trial whose time is over has to end by itself. */
const GRACE_MS = 10_000;

export type TrialLine =
  | { kind: 'figure'; name: string; value: number | string; unit: string }
  | { kind: 'check'; what: string; ok: boolean; detail: string }
  | { kind: 'note'; text: string };

export interface TrialResult {
  ok: boolean;
  seconds: number;
  checks: number;
  /** The promises that were broken. */
  broken: string[];
}

interface RunOptions {
  engines: Engines;
  engine: TrialEngine;
  quick: boolean;
  seed: number;
  say(line: TrialLine): void;
}

const timeLimit = (trial: Trial, quick: boolean): number =>
  quick ? (trial.maxQuickMs ?? MAX_QUICK_MS) : (trial.maxMs ?? MAX_MS);

/** Rejects when the trial does not end although its time is over. */
const overdue = (signal: AbortSignal, limitMs: number) => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => {
      timer = setTimeout(() => reject(new Error(`it hangs: not over after ${limitMs} ms`)), GRACE_MS);
    });
  });
  late.catch(() => {});
  return { late, over: () => clearTimeout(timer) };
};

const cleanUp = async (cleaners: (() => Promise<void> | void)[], failed: (e: unknown) => void) => {
  for (const clean of cleaners.splice(0).reverse()) {
    try {
      await clean();
    } catch (e) {
      failed(e);
    }
  }
};

/** One run of one trial on one engine. Never throws: whatever happens is in the result. */
export const runTrial = async (trial: Trial, o: RunOptions): Promise<TrialResult> => {
  const started = performance.now();
  const dir = mkdtempSync(join(tmpdir(), `ashford-${trial.id.toLowerCase()}-`));
  const cleaners: (() => Promise<void> | void)[] = [];
  const broken: string[] = [];
  const limitMs = timeLimit(trial, o.quick);
  const ending = new AbortController();
  let checks = 0;
  let databases = 0;
  const check: TrialRun['check'] = (what, ok, detail = '') => {
    checks++;
    if (!ok) broken.push(detail ? `${what}: ${detail}` : what);
    o.say({ kind: 'check', what, ok, detail });
  };
  const t: TrialRun = {
    engine: o.engine,
    quick: o.quick,
    seed: o.seed,
    random: seededRandom(o.seed),
    dir,
    signal: ending.signal,
    database: async () => {
      const made = await o.engines.fresh(o.engine, join(dir, `database-${++databases}`));
      cleaners.push(made.remove);
      return made.database;
    },
    onEnd: (clean) => void cleaners.push(clean),
    figure: (name, value, unit = '') => o.say({ kind: 'figure', name, value, unit }),
    check,
    note: (text) => o.say({ kind: 'note', text }),
  };
  const timer = setTimeout(() => ending.abort(new Error(`its time of ${limitMs} ms is over`)), limitMs);
  const { late, over } = overdue(ending.signal, limitMs);
  try {
    await Promise.race([trial.run(t), late]);
    if (checks === 0) check('something is checked', false);
  } catch (e) {
    check('it runs to its end', false, e instanceof Error ? (e.stack ?? e.message) : errorMessage(e));
  }
  clearTimeout(timer);
  over();
  ending.abort();
  await cleanUp(cleaners, (e) => check('it cleans up', false, errorMessage(e)));
  rmSync(dir, { recursive: true, force: true });
  return { ok: broken.length === 0, seconds: (performance.now() - started) / 1000, checks, broken };
};
