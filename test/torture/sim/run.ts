// One run of the simulation, or several in a row: `node test/torture/sim/run.ts SEED [COUNT] [--log]`
import { parseArgs } from 'node:util';
import { simulate } from './simulate.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { log: { type: 'boolean' } } });
const first = Number(positionals[0] ?? 1);
const count = Number(positionals[1] ?? 1);
let failed = 0;
for (let seed = first; seed < first + count; seed++) {
  const run = await simulate(seed);
  if (values.log) console.log(run.log.join('\n'));
  if (count === 1) console.log(JSON.stringify(run.plan), run.hash, `${run.jobs} jobs`);
  if (run.problems.length === 0) continue;
  failed++;
  console.log(`seed ${seed} ${run.plan.clocks}:\n  ${run.problems.slice(0, 5).join('\n  ')}`);
}
console.log(`${count - failed} of ${count} seeds hold`);
process.exitCode = failed > 0 ? 1 : 0;
