import { between, oneOf, sometimes } from './chance.ts';
import type { Scene } from './events.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const JUMPS = [HOUR, -HOUR, DAY, -DAY, 'to 1970', 'stands'] as const;

const setClocks = ({ fleet, random, plan, ledger }: Scene): void => {
  ledger.clocksSet++;
  const jump = oneOf(random, JUMPS);
  const aheadMs = jump === 'to 1970' ? -fleet.calendar() : jump === 'stands' ? 0 : jump;
  const whose = plan.clocks === 'host' ? fleet.living : [oneOf(random, [fleet.living[0], ...fleet.living])];
  if (plan.clocks === 'host') {
    fleet.hostAheadMs = jump === 'stands' ? fleet.hostAheadMs : aheadMs;
    fleet.hostStandsAt = jump === 'stands' ? fleet.calendar() + fleet.hostAheadMs : null;
  }
  for (const post of whose) {
    if (jump === 'stands') post?.machine.setClock(plan.clocks === 'host' ? fleet.hostAheadMs : 0, true);
    else post?.machine.setClock(aheadMs);
  }
};

/** After a death, somebody starts another. */
const replace = async (s: Scene, afterMs: number): Promise<void> => {
  await s.world.sleep(afterMs);
  if (s.fleet.living.length < s.plan.machines) s.fleet.add();
};

const pauseOne = async (s: Scene): Promise<void> => {
  const [post] = s.fleet.well;
  if (!post) return;
  const { machine } = oneOf(s.random, [post, ...s.fleet.well]);
  machine.pause();
  // Some are longer than a lease.
  await s.world.sleep(oneOf(s.random, [between(s.random, 100, 20_000), between(s.random, 60_000, 400_000)]));
  machine.wake();
};

const loseOne = async (s: Scene): Promise<void> => {
  const [post] = s.fleet.living;
  if (!post) return;
  const victim = oneOf(s.random, [post, ...s.fleet.living]);
  if (sometimes(s.random, 0.3) && !victim.machine.paused) void s.fleet.retire(victim);
  else victim.machine.kill();
  await replace(s, between(s.random, 10, 60_000));
};

const outage = async (s: Scene): Promise<void> => {
  s.world.say('the database is away');
  s.fleet.weather = { ...s.plan.weather, away: true };
  await s.world.sleep(between(s.random, 1_000, 200_000));
  s.world.say('the database is back');
  s.fleet.weather = s.plan.weather;
};

/** Something goes wrong, of what this run's plan has. */
export const trouble = (s: Scene): void => {
  const { plan, random, fleet } = s;
  const chance = random.next();
  if (plan.deaths && chance < 0.3) void loseOne(s);
  else if (plan.pauses && chance < 0.6) void pauseOne(s);
  else if (plan.outages && chance < 0.7 && !fleet.weather.away) void outage(s);
  else if (plan.clocks !== 'true') setClocks(s);
  if (fleet.living.length < plan.machines) void replace(s, between(random, 10, 30_000));
};
