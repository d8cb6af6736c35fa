import { join } from 'node:path';
import type { Db } from '#db/db.ts';
import { migrate } from '#db/migrate.ts';
import { openDatabase } from '#db/open.ts';
import { createQueue } from '#queue/queue.ts';
import { systemClock as clock } from '#std/clock.ts';
import { idMaker } from '#std/ids.ts';
import { checkLabor, type Laborer, readMarks, startCaller, startLaborer, untilDone } from './kit/labor.ts';
import { type PrivatePostgres, startPrivatePostgres } from './kit/private-postgres.ts';
import { startWire, type Wire } from './kit/wire.ts';
import { defineTrial, type TrialRun } from './trial.ts';

const BACK_MS = 10_000;
const LOOK_MS = 20;

interface Scene {
  t: TrialRun;
  server: PrivatePostgres;
  wire: Wire;
  marks: string;
  /** Milliseconds from the end of each fault to the next job done. */
  back: number[];
}

/** Waits until one more job is done than there were. */
const untilBack = async ({ t, marks, back }: Scene): Promise<void> => {
  const from = Date.now();
  const before = readMarks(marks).size;
  while (readMarks(marks).size <= before && Date.now() - from < 6 * BACK_MS) {
    await clock.sleep(LOOK_MS, t.signal);
  }
  back.push(Date.now() - from);
};

const restartAgainAndAgain = async (scene: Scene): Promise<void> => {
  const { t, server } = scene;
  for (let n = t.quick ? 2 : 50; n > 0; n--) {
    await clock.sleep(200 + t.random.next() * 500, t.signal);
    await server.stopNow();
    await clock.sleep(t.random.next() * 500);
    await server.start();
    await untilBack(scene);
  }
};

const cutAgainAndAgain = async (scene: Scene): Promise<void> => {
  const { t, wire } = scene;
  for (let n = t.quick ? 30 : 500; n > 0; n--) {
    await clock.sleep(10 + t.random.next() * 60, t.signal);
    wire.cutOne(t.random.next());
  }
  await untilBack(scene);
};

const freezeOnce = async (scene: Scene): Promise<void> => {
  const { t, server, wire } = scene;
  const ms = t.quick ? 1_000 : 20_000;
  server.freeze();
  await clock.sleep(ms);
  server.thaw();
  await untilBack(scene);
  wire.hold();
  await clock.sleep(ms);
  wire.release();
  await untilBack(scene);
};

/** That a commit of one process is still noticed by another through its listening connection. */
const checkListening = async (t: TrialRun, db: Db, url: string): Promise<void> => {
  const other = await openDatabase({ url, clock, random: t.random });
  t.onEnd(() => other.close());
  let heard = 0;
  const stop = db.onForeignCommit(() => heard++);
  for (let n = 0; n < 100 && heard === 0; n++) {
    await other.write(async (tx) => {
      await tx.all('select 1');
      tx.afterCommit(() => {});
    });
    await clock.sleep(LOOK_MS);
  }
  stop();
  t.check('commits of others are heard again', heard > 0);
};

const checkTroubles = async (t: TrialRun, laborers: readonly Laborer[]): Promise<void> => {
  for (const one of laborers) {
    const troubles = await one.ask<Record<string, number>>('stop');
    const given = Object.entries(troubles).filter(([line]) =>
      /could not be recorded|not recorded/.test(line),
    );
    t.check('no worker gave up recording an end', given.length === 0, JSON.stringify(given));
    t.note(JSON.stringify(troubles));
  }
};

/** The server dies, the network fails, everything stands still, while jobs are enqueued and run. */
export const postgresTrial = defineTrial({
  id: 'R9',
  title: 'PostgreSQL crashes, is cut off, stands still',
  promise: '0 lost, 0 double, back to work within 10 s',
  engines: ['postgres'],
  maxMs: 20 * 60_000,
  run: async (t) => {
    const server = await startPrivatePostgres(t);
    const wire = await startWire(t, server.port);
    const url = `postgres://postgres@127.0.0.1:${wire.port}/postgres`;
    const db = await openDatabase({ url, clock, random: t.random });
    t.onEnd(() => db.close());
    await migrate(db, { clock });
    const queue = createQueue({ db, clock, newId: idMaker(clock, t.random) });
    db.onForeignCommit(() => {});
    const marks = join(t.dir, 'marks');
    const settings = { database: { url }, marks };
    const laborers = await Promise.all([startLaborer(t, settings), startLaborer(t, settings)]);
    for (const one of laborers) await one.ask('start');
    const caller = startCaller(queue, { everyMs: 10, jobMs: 5 });
    const scene: Scene = { t, server, wire, marks, back: [] };
    await restartAgainAndAgain(scene);
    await cutAgainAndAgain(scene);
    // A caller waits for a server that is away, but not for ever.
    const refused = [...caller.refused];
    t.check('no caller was told of it', refused.length === 0, refused.slice(0, 3).join('; '));
    await freezeOnce(scene);
    await caller.stop();
    const slowest = Math.max(...scene.back);
    t.figure('slowest to be back at work', slowest, 'ms');
    t.check('it is back at work in time', slowest <= BACK_MS, scene.back.join(' '));
    t.figure('callers told during a long freeze', caller.refused.length - refused.length);
    const left = await untilDone(db, 30_000);
    t.check('every job ended', left === 0, `${left} wait or run`);
    await checkListening(t, db, url);
    await checkTroubles(t, laborers);
    await checkLabor(t, { db, accepted: caller.accepted, marks });
  },
});
