import type { Db } from '#db/db.ts';
import { openDatabase } from '#db/open.ts';
import { systemClock } from '#std/clock.ts';
import { judge } from './kit/checker.ts';
import { archiveLetters, connectGmail, type GmailWorld, startGmail } from './kit/gmail-world.ts';
import { openInstallation } from './kit/installation.ts';
import { archivedAt, type Posted, postLetters } from './kit/mailing.ts';
import { followMemory } from './kit/memory.ts';
import { startServed } from './kit/server.ts';
import { until } from './kit/until.ts';
import { defineTrial, type TrialRun } from './trial.ts';

const USER = 'robin@marlow.example';
const MEGABYTE = 1024 * 1024;
const CALL_MS = 60_000;
/** The other side notes the end of a call a little later. */
const NOTED_MS = 500;
const MOST_BYTES = 100 * MEGABYTE;
/** Quota is the matter of another trial. */
const UNITS_PER_MINUTE = 10_000_000;

const BROKEN = ['hang', 'reset', 'cut', 'half-close', 'drip', 'wrong-length', 'html', 'gzip-bomb'] as const;

interface Phase {
  name: string;
  kinds: readonly string[];
  /** Part of the calls about messages that break, and of all others. */
  part: number;
  others: number;
  letters: number;
  everyMs: number;
  /** Answers that are broken at least, or as many as there are asked for in `mostMs`. */
  broken: number;
  mostMs: number;
}

const QUICK: readonly Phase[] = [
  {
    name: 'everything at once',
    kinds: BROKEN,
    part: 0.25,
    others: 0.1,
    letters: 30,
    everyMs: 50,
    broken: 10,
    mostMs: 8_000,
  },
  {
    name: 'bombs',
    kinds: ['gzip-bomb'],
    part: 1,
    others: 0,
    letters: 20,
    everyMs: 50,
    broken: 10,
    mostMs: 8_000,
  },
];
const WHOLE: readonly Phase[] = [
  ...BROKEN.map((kind) => ({
    name: kind,
    kinds: [kind],
    part: 0.5,
    others: 0.3,
    letters: 240,
    everyMs: 250,
    broken: 100,
    mostMs: 150_000,
  })),
  {
    name: 'everything at once',
    kinds: BROKEN,
    part: 0.5,
    others: 0.3,
    letters: 600,
    everyMs: 200,
    broken: 300,
    mostMs: 300_000,
  },
  {
    name: 'bombs',
    kinds: ['gzip-bomb'],
    part: 1,
    others: 0,
    letters: 200,
    everyMs: 50,
    broken: 100,
    mostMs: 120_000,
  },
];

const breakCalls = async (gmail: GmailWorld, { kinds, part, others }: Phase): Promise<void> => {
  for (const [method, all] of [
    ['messages.*', part],
    ['*', others],
  ] as const) {
    const each = all / kinds.length;
    for (const [i, kind] of kinds.entries()) {
      // Each is asked after those before it let a call through.
      const probability = Math.min(1, each / (1 - i * each));
      if (all > 0) await gmail.post('faults', { kind, method, probability });
    }
  }
};

const allDone = (gmail: GmailWorld, posted: readonly Posted[]) => async (): Promise<boolean> => {
  const done = await archivedAt(gmail);
  return posted.every(({ id }) => done.has(id));
};

interface Stored {
  id: string;
  n: number;
  subject: string;
  text: string | null;
}

const LIVE =
  "select count(*) as n from jobs where state in ('queued', 'running') and type in ('sync', 'classify', 'action.apply')";

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((all, one) => all + one, 0);

/** Each letter is stored once, and to its last line. */
const checkStored = async (t: TrialRun, db: Db, posted: readonly Posted[]): Promise<void> => {
  const rows = await db.all<Stored>(
    `select m.provider_message_id as id, count(*) as n, min(m.subject) as subject, min(c.body_plain) as text
      from messages m left join message_contents c on c.message_id = m.id group by m.provider_message_id`,
  );
  const stored = new Map(rows.map((row) => [row.id, row]));
  const missing = posted.filter(({ id }) => !stored.has(id)).length;
  t.check('every letter is stored', missing === 0, `${missing} of ${posted.length} are not`);
  const twice = rows.filter(({ n }) => Number(n) !== 1).length;
  t.check('none is stored twice', twice === 0, `${twice} are`);
  const half = rows.filter(
    ({ subject, text }) => !text?.trimEnd().endsWith(`End of letter ${subject.replace('Letter ', '')}.`),
  ).length;
  t.check('none is stored in part', half === 0, `${half} are`);
};

/** Gmail, its sign-in and Pub/Sub answer as networks and broken servers do. */
export const brokenAnswersTrial = defineTrial({
  id: 'R12',
  title: 'hanging and half-closed connections, a byte a second, pages, cut JSON, wrong lengths and bombs',
  promise:
    'every call ends within 60 s, memory grows by 100 MB at most, nothing is stored in part, all is done afterwards',
  engines: ['embedded', 'postgres', 'remote'],
  quickEngines: ['embedded'],
  maxMs: 60 * 60_000,
  maxQuickMs: 300_000,
  run: async (t) => {
    const place = await t.database();
    const gmail = await startGmail(t, {
      push: true,
      users: [USER],
      behaviour: { unitsPerMinute: UNITS_PER_MINUTE },
    });
    const settings = { ...gmail.settings, 'gmail.units_per_minute': UNITS_PER_MINUTE };
    const app = await openInstallation(place, { settings });
    await archiveLetters(app);
    await connectGmail(app, gmail, USER);
    await app.close();
    const served = await startServed(t, place, settings);
    const memory = followMemory(t, served.child.pid);
    const post = (name: string, { letters, everyMs }: Pick<Phase, 'letters' | 'everyMs'>) =>
      postLetters(t, gmail, { to: USER, name, letters, everyMs });
    const all: Posted[] = [];
    // A program that has just begun has not yet all that it works with: it is measured in its second burst of mail.
    let before = 0;
    for (const name of ['warm', 'well']) {
      const posted = await post(name, { letters: t.quick ? 50 : 200, everyMs: 20 });
      all.push(...posted);
      await until(t, 60_000, allDone(gmail, posted));
      before = memory.usual();
    }
    memory.most();
    t.figure('memory while all is well', Math.round(before / MEGABYTE), 'MB');
    for (const phase of t.quick ? QUICK : WHOLE) {
      const hitsBefore = sum(await gmail.spoiled());
      await breakCalls(gmail, phase);
      // So that the sign-in is asked for too.
      await gmail.post('expire-access', { email: USER });
      const posted = await post(phase.name.replaceAll(' ', '-'), phase);
      all.push(...posted);
      const hits = async () => sum(await gmail.spoiled()) - hitsBefore;
      await until(t, phase.mostMs, async () => (await hits()) >= phase.broken);
      t.figure(`${phase.name}: answers that were broken`, await hits());
      await gmail.mendAll();
      const ms = await until(t, 300_000, allDone(gmail, posted));
      t.check(`${phase.name}: all is done afterwards`, await allDone(gmail, posted)());
      t.figure(`${phase.name}: all done after`, Math.round(ms / 100) / 10, 's');
      const grown = memory.most() - before;
      t.figure(`${phase.name}: memory grew by`, Math.round(grown / MEGABYTE), 'MB');
      t.check(`${phase.name}: memory stays small`, grown <= MOST_BYTES, `${Math.round(grown / MEGABYTE)} MB`);
    }
    const { url, authToken } = place;
    const db = await openDatabase({
      url,
      ...(authToken ? { authToken } : {}),
      clock: systemClock,
      random: t.random,
    });
    t.onEnd(() => db.close());
    t.check('the program still runs', served.child.alive, served.child.stderr().slice(-500));
    await until(t, 120_000, async () => Number((await db.all<{ n: number }>(LIVE))[0]?.n) === 0);
    await served.stop();
    const calls = await gmail.calls();
    t.figure('calls', calls.length);
    t.figure('broken', JSON.stringify(await gmail.spoiled()));
    const longest = Math.max(...calls.map(({ atMs, endMs }) => endMs - atMs));
    t.figure('the longest call', Math.round(longest / 100) / 10, 's');
    t.check('every call ends within 60 s', longest <= CALL_MS + NOTED_MS, `${longest} ms`);
    await checkStored(t, db, all);
    await judge(t, { db });
  },
});
