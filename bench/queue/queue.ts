/**
 * The queue beside others: on an embedded file (and BullMQ on Redis), and on PostgreSQL. Rounds alternate between all of
 * them, one child process a measurement; medians. A peer that is not installed is left out and named.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BenchContext, Bench as Benchmark } from '../figure.ts';
import { hasPeer } from '../peer.ts';
import { verdicts } from './aims.ts';
import { allSubjects } from './catalog.ts';
import { Bench, type Run } from './measure.ts';
import { NOISY } from './noise.ts';
import { FULL, GROUPS, type Measurement, planOf, QUICK } from './plan.ts';
import { rounded, tables } from './report.ts';
import { Results } from './results.ts';
import { hasProgram, startServers } from './servers.ts';
import type { Subject } from './subject.ts';

/** Why it can't be measured here; null when it can. */
const missing = (s: Subject): string | null => {
  const absent = s.needs.find((name) => !hasPeer(name));
  if (absent !== undefined) return `${absent} is not installed: npm run bench -- setup`;
  if (s.store === 'redis' && !hasProgram('redis-server')) return 'redis-server is not installed';
  if (s.runtime === 'bun' && !hasProgram('bun')) return 'the runtime bun is not on the PATH';
  return null;
};

/** A name in `only` chooses a store, a group, a measurement or a subject; of each sort any one must fit. */
const chosen = (names: readonly string[], of: readonly string[], known: readonly string[]): boolean => {
  const asked = names.filter((name) => known.includes(name));
  return asked.length === 0 || asked.some((name) => of.includes(name));
};

const told = (run: Run): string => {
  const noise = run.others > NOISY ? `   (others used ${Math.round(run.others * 100)} % of the machine)` : '';
  if (run.error !== undefined) return `ERROR ${run.error}`;
  const parts = [];
  if (run.rate !== undefined) parts.push(`${rounded(run.rate)}/s${run.capped ? ' (time was up)' : ''}`);
  if (run.work !== undefined) parts.push(`${rounded(run.work)} ms of work for 1,000`);
  if (run.p50 !== undefined && run.p99 !== undefined)
    parts.push(`p50 ${rounded(run.p50)} p99 ${rounded(run.p99)} ms of ${run.samples}`);
  if (run.cpu !== undefined) parts.push(`${run.cpu.toFixed(2)} %`);
  if (run.problems) parts.push(`${run.problems} ERRORS reached a caller`);
  if (run.twice) parts.push(`${run.twice} ran TWICE`);
  return parts.join(', ') + noise;
};

/** Every measurement of a round. Nobody always comes after the same one. */
const inTurn = (
  { subjects, plan }: { subjects: readonly Subject[]; plan: readonly Measurement[] },
  round: number,
): { m: Measurement; subject: Subject }[] =>
  plan.flatMap((m) => {
    const fitting = subjects.filter(m.fits).map((subject) => ({ m, subject }));
    const first = round % Math.max(1, fitting.length);
    const turned = [...fitting.slice(first), ...fitting.slice(0, first)];
    return round % 2 === 0 ? turned.reverse() : turned;
  });

const measureAll = async (
  context: BenchContext,
  o: { subjects: readonly Subject[]; plan: readonly Measurement[]; rounds: number },
): Promise<Results> => {
  const results = new Results(o.subjects);
  const dir = mkdtempSync(join(tmpdir(), 'ashford-bench-'));
  const store = (name: string) => o.subjects.some((s) => s.store === name);
  chmodSync(dir, 0o755);
  const servers = await startServers(dir, { postgres: store('postgres'), redis: store('redis') });
  const bench = new Bench({ dir, servers, patient: !context.quick });
  // Once: what was measured so far is reported. Twice: the program ends as any other.
  let enough = false;
  const stop = () => {
    enough = true;
    context.say('ending after this measurement');
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const signal of signals) process.once(signal, stop);
  try {
    for (let round = 1; round <= o.rounds; round++) {
      for (const { m, subject } of inTurn(o, round)) {
        if (enough) return results;
        const run = await bench.measure(subject, m);
        results.add(subject.id, m.id, run);
        context.say(`[${round}] ${m.id.padEnd(16)} ${subject.id.padEnd(24)} ${told(run)}`);
      }
    }
  } finally {
    for (const signal of signals) process.off(signal, stop);
    await servers.stop();
    rmSync(dir, { recursive: true, force: true });
  }
  return results;
};

const report = (context: BenchContext, results: Results, plan: readonly Measurement[]): void => {
  for (const v of verdicts(results)) {
    context.figure({
      name: `queue: ${v.what} (${v.subject.label}, ${v.subject.store}, ${v.subject.durability})`,
      ours: v.ours,
      peer: v.theirs,
      peerName: v.peer?.label ?? '',
      ratio: v.ratio,
      unit: v.unit,
      aim: v.aim,
      met: v.met,
    });
  }
  for (const table of tables(results, plan)) context.table(table);
  const runs = results.all();
  const noisy = runs.filter((r) => r.others > NOISY).length;
  const syncs = runs.map((r) => r.syncs).sort((a, b) => a - b);
  const at = (q: number): string => rounded(syncs[Math.floor((syncs.length - 1) * q)] ?? 0);
  context.say(
    `${runs.length} measurements, ${noisy} of them beside other programs; ${runs.filter((r) => r.error).length} failed; ` +
      `the disk made ${at(0.1)} to ${at(0.9)} small writes a second durable`,
  );
  for (const s of results.subjects) {
    const [problems, twice] = [results.total(s.id, 'problems'), results.total(s.id, 'twice')];
    if (s.ours || problems + twice > 0)
      context.say(`${s.id}: ${problems} errors of the store reached a caller, ${twice} jobs ran twice`);
  }
};

const bench: Benchmark = async (context) => {
  const size = context.quick ? QUICK : FULL;
  const all = await allSubjects();
  const { only } = context;
  const whole = planOf(size);
  const known = {
    stores: ['file', 'redis', 'postgres'],
    groups: [...GROUPS] as string[],
    measurements: whole.map((m) => m.id),
    subjects: all.map((s) => s.id),
  };
  const subjects = all.filter(
    (s) => chosen(only, [s.store], known.stores) && chosen(only, [s.id], known.subjects),
  );
  const plan = whole.filter((m) => chosen(only, [m.group, m.id], [...known.groups, ...known.measurements]));
  const absent = subjects.filter((s) => missing(s) !== null);
  for (const s of absent) context.say(`left out: ${s.id} (${missing(s)})`);
  const present = subjects.filter((s) => !absent.includes(s));
  context.say(
    `${size.jobs} jobs, ${size.rounds} rounds, ${present.length} subjects, ${availableParallelism()} cores, Node ${process.version}`,
  );
  const results = await measureAll(context, { subjects: present, plan, rounds: size.rounds });
  report(context, results, plan);
};

export default bench;
