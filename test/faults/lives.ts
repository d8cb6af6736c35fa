import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { loadConfig } from '#config/load.ts';
import { migrate } from '#db/migrate.ts';
import { openDatabase } from '#db/open.ts';
import { parsePool } from '#mail/parse-pool.ts';
import { rescueStale } from '#queue/rescue.ts';
import { ManualClock, systemClock } from '#std/clock.ts';
import { seededRandom } from '#std/random.ts';
import { memoryLog } from '#telemetry/log-memory.ts';
import { type App, type AppOptions, openApp } from '../../src/app.ts';
import { workerOf } from '../../src/main.ts';
import { Killed, Killer, type Moment } from './killer.ts';

const RESTARTS = 5;
const WAIT_MS = 10 * 60_000;
/** Milliseconds after a death: long enough for claims to go stale and for every backoff to end. */
const DEAD_MS = 30 * 60_000;
const MOMENTS: readonly Moment[] = ['before', 'after'];

type Between = NonNullable<AppOptions['between']>;

/** What is done in a life. */
export interface Story<T> {
  /** Each is done until it was answered, and then everything that is due, now and after `waits` times ten minutes. */
  steps: readonly ((app: App) => Promise<unknown>)[];
  waits: number;
  /** What stands between the program and the outside, whether it may die or not. */
  between?(killer: Killer | undefined): Between;
  /** What is left of it all. */
  end(app: App): Promise<T>;
}

/** Where programs live, die at a port call and are started again on the same files. */
export class Grounds {
  readonly dir = mkdtempSync(join(tmpdir(), 'ashford-fault-'));
  /** Every story begins on a copy of this. */
  readonly start = join(this.dir, 'start');
  // Threads take longer to start than a whole life, and no life depends on whose they are.
  readonly #parser = parsePool({ clock: systemClock });

  /** Makes the start a database with its tables, and nothing in them. */
  async startEmpty(): Promise<void> {
    mkdirSync(this.start);
    const url = join(this.start, 'ashford.db');
    const db = await openDatabase({ url, clock: systemClock, random: seededRandom(7) });
    await migrate(db, { clock: systemClock });
    await db.close();
  }

  async clear(): Promise<void> {
    await this.#parser.close();
    rmSync(this.dir, { recursive: true, force: true });
  }

  open(data: string, clock: ManualClock, between?: Between): Promise<App> {
    const { config } = loadConfig({
      env: {},
      cwd: this.dir,
      homeDir: this.dir,
      readFile: () => undefined,
      // Nothing cuts the power here, so nothing need be forced onto the disk.
      overrides: { 'paths.data_dir': data, 'queue.concurrency': 1, 'queue.durability': 'normal' },
    });
    const log = memoryLog();
    // A process that is being killed complains; what counts is the state that it leaves.
    log.expectErrors('');
    return openApp({
      config,
      version: 'test',
      log,
      clock,
      random: seededRandom(7),
      parser: this.#parser,
      ...(between ? { between } : {}),
    });
  }

  /** Runs a story in a process that dies where the killer says, and in others after it until one lives to its end. */
  async tell<T>(name: string, killer: Killer, story: Story<T>): Promise<T> {
    const data = join(this.dir, name);
    cpSync(this.start, data, { recursive: true });
    const clock = new ManualClock();
    let lived = await this.#life(data, { clock, killer, story });
    for (let restarts = 0; !lived && restarts < RESTARTS; restarts++) {
      clock.advance(DEAD_MS);
      lived = await this.#life(data, { clock, story });
    }
    expect(lived).toBe(true);
    const app = await this.open(data, clock, story.between?.(undefined));
    const end = await story.end(app);
    await app.close();
    rmSync(data, { recursive: true, force: true });
    return end;
  }

  /** True when it lived to the end. */
  async #life(
    data: string,
    { clock, killer, story }: { clock: ManualClock; killer?: Killer; story: Story<unknown> },
  ): Promise<boolean> {
    const untilDeath = <T>(work: Promise<T>): Promise<T> =>
      killer ? Promise.race([work, killer.death]) : work;
    let app: App | undefined;
    try {
      app = await untilDeath(this.open(data, clock, story.between?.(killer) ?? killer));
      const worker = workerOf(app);
      // The dead process's jobs are found by their silence.
      const rescue = { ...app, hooks: {}, signals: app.queue.signals, lease: 'app' as const };
      await untilDeath(rescueStale(rescue, 1));
      for (const step of story.steps) {
        await untilDeath(step(app));
        await untilDeath(settle(worker, clock, story.waits));
      }
      await worker.stop();
      return true;
    } catch (e) {
      if (e instanceof Killed) return false;
      throw e;
    } finally {
      if (killer) killer.dead = true;
      await app?.close();
    }
  }
}

/** Works until nothing is due, now and after every wait. */
const settle = async (
  worker: { drain(): Promise<unknown> },
  clock: ManualClock,
  waits: number,
): Promise<void> => {
  for (let i = 0; i < waits; i++) {
    await worker.drain();
    clock.advance(WAIT_MS);
  }
  await worker.drain();
};

/** Kills nobody, and counts the port calls. */
export const nobody = (): Killer => new Killer(Number.POSITIVE_INFINITY, 'before');

/** For every port call, and before and after each: a killer, and the words for it. */
export const everyDeath = function* (calls: number): Generator<{ killer: Killer; name: string }> {
  for (const moment of MOMENTS) {
    for (let at = 1; at <= calls; at++)
      yield { killer: new Killer(at, moment), name: `${moment}-call-${at}` };
  }
};
