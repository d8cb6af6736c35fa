import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { finished } from 'node:stream/promises';
import { openDatabase } from '#db/open.ts';
import { createQueue } from '#queue/queue.ts';
import { systemClock as clock } from '#std/clock.ts';
import { idMaker } from '#std/ids.ts';
import { notedLabor, readMarks, startLaborer } from './kit/labor.ts';
import { type Served, startServed } from './kit/server.ts';
import { smallDisk } from './kit/small-disk.ts';
import { defineTrial, type TrialRun } from './trial.ts';

const MEGABYTE = 1024 * 1024;
const LOOK_MS = 100;

/** An archive of this many messages of 10 KB. */
const writeArchive = async (file: string, messages: number): Promise<void> => {
  const out = createWriteStream(file);
  const body = 'Something was written, and somebody may want to read it.\n'.repeat(175);
  for (let n = 1; n <= messages; n++) {
    out.write(
      `From ada@example.com Thu Jan 15 08:00:00 2026\nFrom: ada@example.com\nTo: robin@marlow.example\nSubject: Letter ${n}\n` +
        `Message-ID: <letter-${n}@example.com>\nDate: Thu, 15 Jan 2026 08:00:00 +0000\n\n${body}\n\n`,
    );
    if (n % 500 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  out.end();
  await finished(out);
};

const until = async (t: TrialRun, ms: number, ok: () => Promise<boolean>): Promise<boolean> => {
  for (const giveUpAt = Date.now() + ms; Date.now() < giveUpAt && !t.signal.aborted; ) {
    if (await ok().catch(() => false)) return true;
    await clock.sleep(LOOK_MS);
  }
  return false;
};

const health = async (served: Served): Promise<string> => {
  const { status, body } = await served.call('GET', '/healthz');
  return `${status} ${(body as { database: string }).database}`;
};

/** What the file itself says, without anything of ours in between. */
const checkFile = (t: TrialRun, file: string, o: { messages: number; marks: string }): void => {
  const db = new DatabaseSync(file, { readOnly: true });
  const [integrity] = db.prepare('pragma integrity_check').all() as { integrity_check: string }[];
  t.check('the file is sound', integrity?.integrity_check === 'ok', integrity?.integrity_check);
  const { n } = db.prepare('select count(*) as n from messages').get() as { n: number };
  t.check('each message is there once', n === o.messages, `${n} of ${o.messages}`);
  const rows = db.prepare('select job_id from notes_of_labor').all() as { job_id: string }[];
  const noted = new Set(rows.map((row) => row.job_id));
  const marks = readMarks(o.marks);
  const unnoted = [...marks.keys()].filter((id) => !noted.has(id)).length;
  t.check('no effect is without its row', unnoted === 0, `${unnoted} of ${marks.size}`);
  db.close();
};

/** The disk of the database fills while mail is taken in and jobs run; then there is room again. */
export const diskFullTrial = defineTrial({
  id: 'R7',
  title: 'the disk of the database is full',
  promise: 'no corruption, no effect without its row, health says so, work goes on without a restart',
  engines: ['embedded'],
  maxMs: 10 * 60_000,
  run: async (t) => {
    const small = t.quick ? 5 * MEGABYTE : 32 * MEGABYTE;
    const messages = t.quick ? 500 : 8_000;
    const disk = smallDisk(t, small);
    if (!disk) return t.check('there is nothing to try here', true);
    const archive = join(t.dir, 'letters.mbox');
    await writeArchive(archive, messages);
    const file = join(disk.dir, 'ashford.db');
    const served = await startServed(t, { url: file, dir: disk.dir });
    const db = await openDatabase({ url: file, durability: 'normal', clock, random: t.random });
    t.onEnd(() => db.close());
    await db.run('create table notes_of_labor (job_id text primary key)');
    const marks = join(t.dir, 'marks');
    const laborer = await startLaborer(t, { database: { url: file }, marks });
    await laborer.ask('start');
    const queue = createQueue({ db, clock, newId: idMaker(clock, t.random) });
    let accepted = 0;
    let told = 0;
    const caller = setInterval(() => {
      queue.enqueue(notedLabor, { ms: 0 }).then(
        () => accepted++,
        () => told++,
      );
    }, 10);
    t.onEnd(() => clearInterval(caller));
    await served.call('POST', '/api/accounts/import', { path: archive });
    const said = await until(t, 60_000, async () => (await health(served)) === '503 disk full');
    t.check('health says that the disk is full', said, await health(served).catch(String));
    await clock.sleep(t.quick ? 500 : 20_000);
    clearInterval(caller);
    disk.resize(20 * small);
    const from = Date.now();
    const imported = () => db.all<{ n: number }>('select count(*) as n from messages');
    const before = Number((await imported())[0]?.n);
    await until(t, 60_000, async () => Number((await imported())[0]?.n) > before);
    t.figure('on with the import after there was room', Date.now() - from, 'ms');
    const LIVE = "select count(*) as n from jobs where state in ('queued', 'running')";
    const done = await until(t, 180_000, async () => {
      const [live] = await db.all<{ n: number }>(LIVE);
      return Number((await imported())[0]?.n) === messages && Number(live?.n) === 0;
    });
    t.check('all is done without a restart', done && served.child.alive && laborer.child.alive);
    t.figure('jobs accepted', accepted);
    t.figure('callers told that the disk is full', told);
    const marked = readMarks(marks).size;
    t.check('each accepted job was done', marked >= accepted, `${marked} of ${accepted}`);
    await laborer.ask('stop');
    await served.stop();
    checkFile(t, file, { messages, marks });
  },
});
