import type { Db, Engine, Sql, Tx } from '#db/db.ts';
import { unknownCommit } from '#db/errors.ts';
import { AppError } from '#std/errors.ts';
import type { Random } from '#std/random.ts';
import { between, sometimes } from './chance.ts';
import type { Machine } from './machine.ts';
import type { World } from './world.ts';

/** How the way from one machine to the database behaves. Shares of calls, between 0 and 1. */
export interface Weather {
  /** The call is refused before it had an effect; in the middle of its transaction; after its commit. */
  refused: number;
  interrupted: number;
  unanswered: number;
  /** In which share of the three the machine dies as well. */
  deadly: number;
  /** The longest a call is under way, in milliseconds, each way. */
  slowMs: number;
  /** Nobody reaches the database. */
  away: boolean;
}

export const FAIR_WEATHER: Weather = {
  refused: 0,
  interrupted: 0,
  unanswered: 0,
  deadly: 0,
  slowMs: 0,
  away: false,
};

interface Way {
  world: World;
  machine: Machine;
  random: Random;
  /** What it is like now: read at each call. */
  weather: () => Weather;
  /** What the database of this run counts as. */
  engine: Engine;
  /** Changes statements on their way, to show that the checks find what it breaks. */
  tamper: (sql: string) => string;
  /** Stands in for the database's own clock. */
  databaseNow: () => string;
  /** After each commit that changed something: one that did not is noticed by nobody. */
  onCommit: (by: Machine) => void;
  listeners: Set<{ machine: Machine; fn: () => void }>;
}

const MAX_STATEMENT = 6;
const READS = /^\s*select/i;

const lostError = (moment: string): AppError =>
  new AppError('transient', 'db.unavailable', `The database could not be reached (${moment})`);

/** The text in which an engine asks for its own time, which is the simulation's here. */
const DATABASE_TIME = /strftime\('%Y-%m-%dT%H:%M:%fZ', 'now'((?:, [^)]*)?)\)/g;

const SET_TIME = 'update sim_now set at = $1';

// A text that stays the same is prepared once.
const timed = (way: Way, sql: string): string => {
  const text = way.tamper(sql);
  if (way.engine === 'embedded') return text;
  return text.replaceAll(DATABASE_TIME, "strftime('%Y-%m-%dT%H:%M:%fZ', (select at from sim_now)$1)");
};

const setDatabaseTime = (way: Way, tx: Sql): Promise<unknown> =>
  way.engine === 'embedded' ? Promise.resolve() : tx.run(SET_TIME, [way.databaseNow()]);

const trouble = ({ world, machine }: Way, moment: string, deadly: boolean): AppError => {
  world.say(`${machine.name} database ${moment}`);
  machine.trouble();
  if (deadly) machine.kill();
  return lostError(moment);
};

const travel = async ({ world, machine, random, weather }: Way): Promise<void> => {
  await machine.here();
  const { slowMs } = weather();
  if (slowMs > 0) await world.sleep(between(random, 0, slowMs));
  await machine.here();
  world.stir();
};

/** A write over a network without an answer is known to be of unknown fate, and what may be sent again is. */
const unanswered = (way: Way, doing: 'read' | 'write', deadly: boolean): AppError => {
  const error = trouble(way, 'unanswered', deadly);
  return doing === 'write' && way.engine !== 'embedded' ? unknownCommit(error) : error;
};

const call = async <T>(way: Way, doing: 'read' | 'write', work: () => Promise<T>): Promise<T> => {
  const { random } = way;
  await travel(way);
  const { refused, unanswered: silent, deadly, away } = way.weather();
  if (away || sometimes(random, refused)) {
    const error = trouble(way, away ? 'away' : 'refused', !away && sometimes(random, deadly));
    await way.machine.here();
    throw error;
  }
  let error: unknown;
  const answer = await work().catch((e: unknown) => {
    error = e;
    return undefined as T;
  });
  if (error === undefined && sometimes(random, silent)) {
    error = unanswered(way, doing, sometimes(random, deadly));
  }
  await travel(way);
  if (error !== undefined) throw error;
  return answer;
};

const overTx = (
  way: Way,
  tx: Tx,
  { onChange, hooks }: { onChange: () => void; hooks: (() => void)[] },
): Tx => {
  const { interrupted, deadly } = way.weather();
  const breaksAt = sometimes(way.random, interrupted) ? between(way.random, 1, MAX_STATEMENT) : 0;
  const dies = sometimes(way.random, deadly);
  let statements = 0;
  const count = (): void => {
    if (++statements === breaksAt) throw trouble(way, 'interrupted', dies);
  };
  const counted: Sql = {
    engine: way.engine,
    query: tx.query,
    all: async (sql, params) => {
      count();
      const rows = await tx.all<never>(timed(way, sql), params);
      if (rows.length > 0 && !READS.test(sql)) onChange();
      return rows;
    },
    run: async (sql, params) => {
      count();
      const changed = await tx.run(timed(way, sql), params);
      if (changed > 0) onChange();
      return changed;
    },
  };
  return { ...counted, afterCommit: (fn) => hooks.push(fn) };
};

/** The database as one machine sees it: slow, cut off, or silent after a commit, as the weather has it. */
export const faultyDb = (db: Db, way: Way): Db => ({
  engine: way.engine,
  query: db.query,
  all: (sql, params) =>
    call(way, 'read', async () => {
      const text = timed(way, sql);
      if (text !== way.tamper(sql)) await db.write((tx) => setDatabaseTime(way, tx));
      return db.all(text, params);
    }),
  run: (sql, params) => call(way, 'write', () => db.run(timed(way, sql), params)),
  write: async (work) => {
    let hooks: (() => void)[] = [];
    const answer = await call(way, 'write', () =>
      db.write(async (tx) => {
        let changed = false;
        hooks = [];
        await setDatabaseTime(way, tx);
        const onChange = () => {
          changed = true;
        };
        const done = await work(overTx(way, tx, { onChange, hooks }));
        if (changed) tx.afterCommit(() => way.onCommit(way.machine));
        return done;
      }),
    );
    // Who was not answered does not know of its commit.
    for (const hook of hooks) hook();
    return answer;
  },
  onForeignCommit: (fn) => {
    const listener = { machine: way.machine, fn };
    way.listeners.add(listener);
    return () => way.listeners.delete(listener);
  },
  close: () => Promise.resolve(),
});
