/**
 * A Gmail mailbox taken in: how much of its quota a backfill uses, how fast it is without one, and how soon a change is
 * acted on. The program and the stand-in for Gmail have a process each, and share the machine.
 */
import { availableParallelism, loadavg } from 'node:os';
import type { Bench, BenchContext } from './figure.ts';
import { backfillShare } from './sync/backfill.ts';
import { lifted } from './sync/lifted.ts';
import { pushed } from './sync/push.ts';

const PARTS: Readonly<Record<string, (context: BenchContext) => Promise<void>>> = {
  backfill: backfillShare,
  lifted,
  push: pushed,
};

const bench: Bench = async (context) => {
  const { only, say } = context;
  for (const [name, run] of Object.entries(PARTS)) {
    if (only.length > 0 && !only.includes(name)) continue;
    const [load = 0] = loadavg();
    say(`${name}: ${availableParallelism()} cores, load ${load.toFixed(1)} before it`);
    await run(context);
  }
};

export default bench;
