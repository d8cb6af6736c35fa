// The crash programme: `npm run torture -- [R1 R6 …] [--quick] [--engine embedded|remote|postgres] [--seed N] [--json]`
import { parseArgs } from 'node:util';
import { engines } from './kit/engines.ts';
import { runTrial, type TrialLine } from './kit/run-trial.ts';
import { TRIALS } from './programme.ts';
import { ENGINES, type Trial, type TrialEngine } from './trial.ts';

const SEEDS = 2 ** 31;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    engine: { type: 'string' },
    seed: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

if (values.help) {
  console.log(`Usage: npm run torture -- [TRIAL …] [--quick] [--engine ENGINE] [--seed N] [--json]

${TRIALS.map((trial) => `  ${trial.id.padEnd(5)} ${trial.title}`).join('\n')}

  --quick   the small form, as in every check
  --engine  ${ENGINES.join(', ')}; otherwise each that a trial is for and this machine has
  --seed    repeats a run
  --json    one JSON line for each figure, check and verdict

Example: npm run torture -- R1 --quick`);
  process.exit(0);
}

const refuse = (why: string): never => {
  console.error(why);
  process.exit(2);
};

const wantedEngine = (name: string | undefined): TrialEngine | undefined =>
  name === undefined
    ? undefined
    : (ENGINES.find((one) => one === name) ?? refuse(`--engine is one of: ${ENGINES.join(', ')}`));

const wantedTrials = (ids: readonly string[]): readonly Trial[] => {
  const known = new Map(TRIALS.map((trial) => [trial.id.toLowerCase(), trial]));
  if (ids.length === 0) return TRIALS;
  return ids.map(
    (id) => known.get(id.toLowerCase()) ?? refuse(`There is no trial ${id}: ${[...known.keys()].join(', ')}`),
  );
};

const seedOf = (text: string | undefined): number => {
  if (text === undefined) return Math.floor(Math.random() * SEEDS);
  const seed = Number(text);
  return Number.isInteger(seed) && seed >= 0 ? seed : refuse('--seed takes a whole number');
};

const chosen = wantedTrials(positionals);
const engine = wantedEngine(values.engine);
const seed = seedOf(values.seed);
const { quick, json } = values;

const enginesOf = (trial: Trial): readonly TrialEngine[] => {
  if (engine) return trial.engines.filter((one) => one === engine);
  return quick ? (trial.quickEngines ?? trial.engines.slice(0, 1)) : trial.engines;
};

const print = (trial: Trial, on: TrialEngine, line: TrialLine): void => {
  const who = `${trial.id} ${on}`;
  if (line.kind === 'note') console.error(`${who}: ${line.text}`);
  else if (json) console.log(JSON.stringify({ trial: trial.id, engine: on, ...line }));
  else if (line.kind === 'figure') console.log(`${who}: ${line.name} ${line.value} ${line.unit}`.trimEnd());
  else if (!line.ok) console.log(`${who}: BROKEN ${line.what}${line.detail ? `: ${line.detail}` : ''}`);
};

const servers = engines();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void servers.stop().finally(() => process.exit(1)));
}
let passed = 0;
let failed = 0;
console.error(`seed ${seed}`);
for (const trial of chosen) {
  for (const on of enginesOf(trial)) {
    if (!servers.has(on)) {
      console.error(`${trial.id} ${on}: this machine has no such server`);
      continue;
    }
    const result = await runTrial(trial, {
      engines: servers,
      engine: on,
      quick,
      seed,
      say: (line) => print(trial, on, line),
    });
    if (result.ok) passed++;
    else failed++;
    const { id, title, promise } = trial;
    const repeat = `npm run torture -- ${id} --engine ${on} --seed ${seed}${quick ? ' --quick' : ''}`;
    if (json) {
      console.log(
        JSON.stringify({ trial: id, engine: on, kind: 'verdict', title, promise, seed, ...result }),
      );
    } else {
      const verdict = result.ok ? 'holds' : 'DOES NOT HOLD';
      console.log(
        `${id} ${on}: ${verdict}: ${promise} (${result.checks} checks, ${result.seconds.toFixed(1)} s)`,
      );
      if (!result.ok) console.log(`${id} ${on}: again with: ${repeat}`);
    }
  }
}
await servers.stop();
console.log(
  json ? JSON.stringify({ kind: 'end', seed, passed, failed }) : `${passed} passed, ${failed} failed`,
);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
