import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Db } from '#db/db.ts';
import { openDatabase } from '#db/open.ts';
import { systemClock } from '#std/clock.ts';
import { type DovecotServer, startDovecot } from '#test/kit/dovecot-server.ts';
import { judge } from './kit/checker.ts';
import { startChild } from './kit/child.ts';
import { type Place, placeText } from './kit/installation.ts';
import { openGmail, openImap, type Truth, type World } from './kit/outside.ts';
import { passedOver } from './kit/outside-checker.ts';
import { END_STATE, MAILBOX_SCENARIOS, SCENARIOS, type Scenario, stateOfMailbox } from './kit/scenario.ts';
import { defineTrial, type TrialRun } from './trial.ts';

const LIFE = new URL('./kit/life.child.ts', import.meta.url);
const SOURCE = fileURLToPath(new URL('../../src/', import.meta.url));
/** Lives at the same time. */
const LANES = 2;
/** Milliseconds of the quick form for crashes. */
const QUICK_MS = 16_000;
/** What the quick form acts on mail with: together they pass every point. */
const QUICK_TYPES: ReadonlySet<string> = new Set(['apply_label', 'create_draft', 'forward', 'snooze']);
/** Deaths before the one that is meant, so that there is something to rescue. */
const FIRST_DEATH: Readonly<Record<string, string>> = {
  'rescue.settled': 'perform.after-effect:1',
  'rescue.committed': 'perform.after-effect:1',
};

const LETTERS = [
  ['anna@mail.example', 'A letter', 'How are you?'],
  ['bert@mail.example', 'Another letter', 'I am well.'],
  ['codes@bank.example', 'Your code', '418806'],
  ['codes@shop.example', 'Your other code', '100200'],
  ['news@list.example', 'Plain news', 'All of it.'],
];
const ARCHIVE = LETTERS.map(
  ([from, subject, text], i) =>
    `From ${from} Thu Jan 15 08:00:0${i} 2026\nFrom: ${from}\nTo: robin@marlow.example\nSubject: ${subject}\n` +
    `Message-ID: <m${i}@x.example>\nDate: Thu, 15 Jan 2026 08:00:0${i} +0000\n\n${text}\n`,
).join('\n');

/** The names of crash points, as the source has them. */
export const namesInSource = (): string[] => {
  const names = new Set<string>();
  for (const entry of readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })) {
    if (!entry.endsWith('.ts') || entry.endsWith('.test.ts')) continue;
    const text = readFileSync(join(SOURCE, entry), 'utf8');
    for (const call of text.matchAll(/\bcrashpoint\(([^;]*?)\);/g)) {
      for (const name of (call[1] ?? '').matchAll(/'([\w.-]+)'/g)) names.add(name[1] ?? '');
    }
  }
  return [...names].sort();
};

interface Told {
  passed: Record<string, number>;
  endMs: number;
}

interface Lived {
  state: string;
  marks: string[];
  told: Told;
}

/** Where a case is lived, and what is outside of it. */
interface Stage {
  place: Place;
  scenario: Scenario;
  world?: World;
}

interface Bench {
  t: TrialRun;
  dovecot: DovecotServer | undefined;
}

const beginning = async ({ t, dovecot }: Bench, scenario: Scenario): Promise<Stage> => {
  const place = await t.database();
  mkdirSync(place.dir, { recursive: true });
  writeFileSync(join(place.dir, 'mail.mbox'), ARCHIVE);
  const world = await openWorld(scenario, { place, dovecot });
  if (!world) return { place, scenario };
  t.onEnd(() => world.close());
  return { place, scenario, world };
};

const openWorld = async (
  scenario: Scenario,
  { place, dovecot }: { place: Place; dovecot: DovecotServer | undefined },
): Promise<World | undefined> => {
  if (scenario.mailbox === 'gmail') return openGmail(place);
  return scenario.mailbox === 'imap' && dovecot ? openImap(place, dovecot, scenario) : undefined;
};

const life = (t: TrialRun, { place, scenario, world }: Stage, crashAt = '') =>
  startChild(t, LIFE, {
    args: [placeText(place), JSON.stringify(scenario), ...(world ? [JSON.stringify(world.outside)] : [])],
    env: { CRASH_AT: crashAt },
  });

const marksOf = (place: Place): string[] => {
  try {
    return readFileSync(join(place.dir, 'marks.log'), 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
};

const withDatabase = async <T>(t: TrialRun, place: Place, work: (db: Db) => Promise<T>): Promise<T> => {
  const db = await openDatabase({ ...place, clock: systemClock, random: t.random });
  try {
    return await work(db);
  } finally {
    await db.close();
  }
};

/** A server that adds labels in another order has the same mail. */
const withSortedLabels = (row: Record<string, unknown>): Record<string, unknown> =>
  typeof row.labels_json === 'string'
    ? { ...row, labels_json: (JSON.parse(row.labels_json) as string[]).sort() }
    : row;

const endState = async (db: Db, scenario: Scenario, truth: Truth | undefined): Promise<string> => {
  const state: Record<string, unknown> = {};
  const queries = scenario.mailbox ? stateOfMailbox(scenario.mailbox) : END_STATE;
  for (const [name, sql] of Object.entries(queries))
    state[name] = (await db.all<Record<string, unknown>>(sql)).map(withSortedLabels);
  if (truth)
    Object.assign(state, { outside: truth.mailbox, left: truth.left.map(({ what }) => what).sort() });
  return JSON.stringify(state, null, 1);
};

/** Lives to the end, and looks at what came of it all. */
const liveOn = async (t: TrialRun, stage: Stage, name: string): Promise<Lived> => {
  const { place, scenario, world } = stage;
  const child = life(t, stage);
  const told = await child.next<Told>();
  const how = await child.ended;
  if (how !== 0) throw new Error(`${name}: a life without a crash ended with ${how}: ${child.stderr()}`);
  const truth = await world?.truth();
  await world?.close();
  const named: TrialRun = { ...t, check: (what, ok, detail) => t.check(`${name}: ${what}`, ok, detail) };
  const state = await withDatabase(t, place, async (db) => {
    await judge(named, { db, nowMs: told.endMs, ...truth });
    return endState(db, scenario, truth);
  });
  return { state, marks: marksOf(place), told };
};

interface Case {
  scenario: Scenario;
  name: string;
  pass: number;
}

/** What belongs to the action is crashed with each type of action, everything else once. */
const OF_ACTIONS = /^(perform|undo|wake|request|classify|turn)\./;
/** What speaks to a mailbox is crashed with each kind of it too. */
const OF_MAILBOXES = /^(perform|undo|outbox|draft|sync|begin|backfill|reconcile|labels|gap|imap)\./;

const pointsOf = (scenario: Scenario, known: ReadonlySet<string>) => (name: string) => {
  if (scenario.everything) return true;
  if (!scenario.mailbox) return OF_ACTIONS.test(name);
  // Of the second mail server only what it has others of is of interest.
  if (scenario.parameters.hide) return name === 'imap.copied' || name === 'imap.moved';
  return OF_MAILBOXES.test(name) || !known.has(name);
};

const casesOf = (wanted: ReadonlyMap<Scenario, Lived>): Case[] => {
  const known = new Set<string>();
  for (const [{ mailbox }, { told }] of wanted)
    if (!mailbox) for (const name of Object.keys(told.passed)) known.add(name);
  return [...wanted].flatMap(([scenario, { told }]) => {
    const isMeant = pointsOf(scenario, known);
    return Object.entries(told.passed)
      .filter(([name]) => isMeant(name))
      .flatMap(([name, count]) =>
        [1, 2].filter((pass) => pass <= count).map((pass) => ({ scenario, name, pass })),
      );
  });
};

const shuffled = <T>(t: TrialRun, all: readonly T[]): T[] =>
  all
    .map((one) => ({ one, at: t.random.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ one }) => one);

/** After these nobody can know whether a mail left: the server that takes it tells no one. */
const MAY_ASK = /^(outbox\.sending|imap\.filing)$/;

/** Returns whether the crash point was hit. */
const crash = async (bench: Bench, c: Case, wanted: Lived): Promise<boolean> => {
  const { t } = bench;
  const { scenario, pass } = c;
  const name = `${c.name}:${pass} of ${scenario.type}`;
  const stage = await beginning(bench, scenario);
  const first = FIRST_DEATH[c.name];
  if (first) await life(t, stage, first).ended;
  const victim = life(t, stage, `${c.name}:${pass}`);
  const how = await victim.ended;
  if (how !== 'SIGKILL' && how !== 0) {
    t.check(`${name}: the victim dies or lives`, false, `${how}: ${victim.stderr()}`);
    return false;
  }
  if (scenario.mailbox === 'gmail') await lookAtCursor(t, stage, name);
  const lived = await liveOn(t, stage, name);
  const same = lived.state === wanted.state;
  t.check(`${name}: ends as without a crash`, same, same ? '' : difference(wanted.state, lived.state));
  const asked = lived.marks.includes('asked') && !MAY_ASK.test(c.name);
  if (scenario.mailbox) t.check(`${name}: nobody is asked what could be known`, !asked);
  if (!scenario.everything) return how === 'SIGKILL';
  const steps = lived.marks.filter((mark) => mark === 'one').length;
  const most = c.name === 'step.done' ? 2 : 1;
  t.check(`${name}: a step that was recorded does not run again`, steps <= most, `${steps} times`);
  return how === 'SIGKILL';
};

/** Between two lives too the cursor is not ahead of what is known. */
const lookAtCursor = async (t: TrialRun, { place, world }: Stage, name: string): Promise<void> => {
  const shown = (await world?.truth())?.shown ?? [];
  const passed = await withDatabase(t, place, (db) => passedOver(db, shown));
  t.check(`${name}: the cursor is not ahead`, passed.length === 0, passed.slice(0, 3).join('; '));
};

const difference = (wanted: string, found: string): string => {
  const was = wanted.split('\n');
  const is = found.split('\n');
  const at = was.findIndex((line, i) => line !== is[i]);
  return `wanted ${was.slice(Math.max(0, at - 4), at + 3).join(' ')} but got ${is.slice(Math.max(0, at - 4), at + 3).join(' ')}`;
};

const inLanes = async <T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> => {
  const left = [...all];
  const lane = async () => {
    for (let one = left.shift(); one !== undefined; one = left.shift()) await work(one);
  };
  await Promise.all(Array.from({ length: LANES }, lane));
};

export const crashPointsTrial = defineTrial({
  id: 'R2',
  title: 'the program is killed at each of its crash points, with each type of action',
  promise: 'whoever comes next ends in the same state as without the crash',
  engines: ['embedded', 'postgres', 'remote'],
  quickEngines: ['embedded'],
  maxMs: 60 * 60_000,
  maxQuickMs: 600_000,
  run: async (t) => {
    const names = namesInSource();
    const dovecot = await startDovecot({ idleNoticeSeconds: 600 });
    if (dovecot) t.onEnd(() => dovecot.stop());
    else t.note('Dovecot is not installed here, so nothing of IMAP was killed');
    const bench: Bench = { t, dovecot };
    const wanted = new Map<Scenario, Lived>();
    const mailboxes = MAILBOX_SCENARIOS.filter(({ mailbox }) => dovecot || mailbox !== 'imap');
    const scenarios = [...SCENARIOS.filter(({ type }) => !t.quick || QUICK_TYPES.has(type)), ...mailboxes];
    await inLanes(scenarios, async (scenario) => {
      const stage = await beginning(bench, scenario);
      wanted.set(scenario, await liveOn(t, stage, `${scenario.type} without a crash`));
    });
    const passed = new Set([...wanted.values()].flatMap((lived) => Object.keys(lived.told.passed)));
    const beyond = (name: string) =>
      (t.engine !== 'embedded' && name.startsWith('backup.')) || (!dovecot && /^(imap|connect)\./.test(name));
    const never = names.filter((name) => !passed.has(name) && !beyond(name));
    t.check('the script passes every crash point of the source', never.length === 0, never.join(', '));
    const all = casesOf(wanted);
    const endAt = performance.now() + (t.quick ? QUICK_MS : Number.POSITIVE_INFINITY);
    const hit = new Set<string>();
    let crashes = 0;
    await inLanes(t.quick ? shuffled(t, all) : all, async (c) => {
      if (performance.now() > endAt) return;
      t.signal.throwIfAborted();
      const lived = wanted.get(c.scenario);
      if (!lived || !(await crash(bench, c, lived))) return;
      hit.add(c.name);
      if (++crashes % 25 === 0) t.note(`${crashes} of ${all.length}`);
    });
    t.figure('crash points', names.length);
    t.figure('crashes', crashes);
    if (t.quick) return;
    const missed = names.filter((name) => !hit.has(name) && !beyond(name));
    t.check('every crash point was hit', missed.length === 0, missed.join(', '));
  },
});
