import { createHash } from 'node:crypto';
import type { Db } from '#db/db.ts';
import { migrate } from '#db/migrate.ts';
import { openDatabase } from '#db/open.ts';
import { ManualClock } from '#std/clock.ts';
import { streamOf } from './chance.ts';
import { checkAll } from './check.ts';
import { enqueueSomething, nothingTold, operate, type Scene } from './events.ts';
import { FAIR_WEATHER } from './faulty-db.ts';
import { Fleet, type Tamper } from './fleet.ts';
import { RECURRING } from './kinds.ts';
import { Ledger } from './ledger.ts';
import { type Plan, planOf } from './plan.ts';
import { trouble } from './trouble.ts';
import { World } from './world.ts';

export interface Simulated {
  seed: number;
  plan: Plan;
  /** What must not have been. */
  problems: readonly string[];
  log: readonly string[];
  /** Of the whole log. */
  hash: string;
  jobs: number;
  simulatedMs: number;
}

const LOOK_MS = 10_000;
/** How long everything may take to end once all is well. */
const ENOUGH_MS = 4 * 3_600_000;
/** When the next job is due later than this, the calendar is set forward to it. */
const FAR_MS = 10 * 60_000;

const openWorld = async (): Promise<Db> => {
  const truth = await openDatabase({
    url: ':memory:',
    // A transaction takes no time here.
    clock: new ManualClock(),
    random: streamOf(0),
  });
  await migrate(truth, { clock: new ManualClock() });
  await truth.write(async (tx) => {
    await tx.run(
      'create table sim_effects (id integer primary key, job_id text, run integer, serial_key text, what text)',
    );
    await tx.run('create table sim_marks (n integer primary key)');
    await tx.run('create table sim_now (at text)');
    await tx.run("insert into sim_now values ('')");
  });
  return truth;
};

/** People and programs use the queue, while things go wrong. */
const timeOfTrouble = async (s: Scene): Promise<void> => {
  const { world, plan, random } = s;
  const end = world.ms + plan.troubleMs;
  let number = 1;
  const eachMs = plan.troubleMs / plan.jobs;
  while (world.ms < end) {
    await world.pass(random.next() * 2 * eachMs);
    if (number <= plan.jobs) number += enqueueSomething(s, number);
    if (random.next() < 0.35) trouble(s);
    if (plan.operators && random.next() < 0.3) void operate(s);
  }
};

const allWell = ({ fleet, plan, ledger }: Scene): void => {
  ledger.clocksSet += fleet.living.length;
  fleet.weather = FAIR_WEATHER;
  fleet.hostAheadMs = 0;
  fleet.hostStandsAt = null;
  for (const { machine } of fleet.living) {
    machine.wake();
    machine.setClock(0);
  }
  while (fleet.living.length < plan.machines) fleet.add();
};

const LASTING = `from jobs where type not in ('${RECURRING.join("', '")}')`;
const LIVE = `select
  (select count(*) ${LASTING} and state in ('queued', 'running')) as live,
  (select count(*) ${LASTING} and state = 'running') as running,
  (select min(not_before) ${LASTING} and state = 'queued') as due`;

const untilQuiet = async (s: Scene, truth: Db): Promise<void> => {
  const { world, fleet, plan } = s;
  const end = world.ms + ENOUGH_MS;
  while (world.ms < end) {
    await world.pass(LOOK_MS);
    while (fleet.living.length < plan.machines) fleet.add();
    const [row] = await truth.all<{ live: number; running: number; due: string | null }>(LIVE);
    if (!row || row.live === 0) return;
    const farMs = row.due === null ? 0 : Date.parse(row.due) - fleet.calendar();
    if (row.running > 0 || farMs <= FAR_MS) continue;
    fleet.shiftMs += farMs;
    s.ledger.clocksSet++;
  }
};

/** One run: everything in it follows from the seed (and the plan, when it is given). */
export const simulate = async (
  seed: number,
  given?: Partial<Plan>,
  tamper: Tamper = (sql) => sql,
): Promise<Simulated> => {
  const plan = { ...planOf(streamOf(seed, 1)), ...given };
  const world = new World();
  const ledger = new Ledger(world);
  const truth = await openWorld();
  try {
    const fleet = new Fleet({ seed, plan, world, ledger, truth, tamper });
    const s: Scene = { world, fleet, ledger, told: nothingTold(), random: streamOf(seed, 2), plan };
    fleet.weather = plan.weather;
    for (let i = 0; i < plan.machines; i++) fleet.add();
    await timeOfTrouble(s);
    allWell(s);
    await untilQuiet(s, truth);
    await checkAll(truth, { told: s.told, ledger, simulatedMs: world.ms });
    const [row] = await truth.all<{ n: number }>('select count(*) as n from jobs');
    // Nobody goes on in the background.
    for (const { machine } of fleet.posts) machine.kill();
    return {
      seed,
      plan,
      problems: ledger.problems,
      log: world.log,
      hash: createHash('sha256').update(world.log.join('\n')).digest('hex'),
      jobs: row?.n ?? 0,
      simulatedMs: world.ms,
    };
  } finally {
    await truth.close();
  }
};
