import type { Random } from '#std/random.ts';
import { between, oneOf, sometimes } from './chance.ts';
import { FAIR_WEATHER, type Weather } from './faulty-db.ts';

/**
 * Whose clocks go wrong. `host`: that of the one host on which all processes and the database file are. `each`: every
 * machine has its own, and leases go by the clock of the database, which is elsewhere.
 */
export type Clocks = 'true' | 'host' | 'each';

/** What may happen in one run. A run has some kinds of trouble and not others, so that each also meets few others. */
export interface Plan {
  machines: number;
  concurrency: number;
  ahead: number;
  jobs: number;
  /** Milliseconds of trouble, before everything is well again. */
  troubleMs: number;
  weather: Weather;
  deaths: boolean;
  pauses: boolean;
  /** The database is away for minutes. */
  outages: boolean;
  operators: boolean;
  schedules: boolean;
  clocks: Clocks;
}

const MINUTE = 60_000;

const share = (random: Random): number => (sometimes(random, 0.5) ? random.next() * 0.08 : 0);

export const planOf = (random: Random): Plan => ({
  machines: between(random, 1, 4),
  concurrency: between(random, 1, 5),
  ahead: oneOf(random, [0, 0, 5]),
  jobs: between(random, 8, 50),
  troubleMs: between(random, 2, 8) * MINUTE,
  weather: {
    ...FAIR_WEATHER,
    refused: share(random),
    interrupted: share(random),
    unanswered: share(random),
    deadly: sometimes(random, 0.5) ? 0.2 : 0,
    slowMs: oneOf(random, [0, 0, 10, 200, 3_000]),
  },
  deaths: sometimes(random, 0.5),
  pauses: sometimes(random, 0.5),
  outages: sometimes(random, 0.25),
  operators: sometimes(random, 0.5),
  schedules: sometimes(random, 0.5),
  clocks: oneOf(random, ['true', 'true', 'host', 'each']),
});

/** Nothing goes wrong but what the caller says. */
export const CALM: Plan = {
  machines: 3,
  concurrency: 3,
  ahead: 0,
  jobs: 30,
  troubleMs: 6 * MINUTE,
  weather: FAIR_WEATHER,
  deaths: false,
  pauses: false,
  outages: false,
  operators: false,
  schedules: false,
  clocks: 'true',
};
