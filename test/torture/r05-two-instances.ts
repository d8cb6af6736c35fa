import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createRules } from '#rules/store.ts';
import { toInstant } from '#std/time.ts';
import { freePort } from '#test/kit/postgres-server.ts';
import { judge } from './kit/checker.ts';
import { deliverLetters, mailboxOf, openInstallation } from './kit/installation.ts';
import { type Program, startProgram } from './kit/program.ts';
import { until } from './kit/until.ts';
import { defineTrial, type TrialRun } from './trial.ts';

const QUIET_MS = 300_000;
const OPEN =
  "select count(*) as n from jobs where state = 'running' or (state = 'queued' and not_before <= $1)";
const RULE = {
  name: 'Letters',
  priority: 10,
  conditions: { type: 'subject_contains', value: 'letter' },
  actions: [{ type: 'apply_label', parameters: { label: 'Sorted' } }, { type: 'archive' }],
};

const refuses = async (t: TrialRun, program: Program, o: { what: string; line: RegExp }): Promise<void> => {
  const how = await program.ended;
  t.check(`${o.what} is refused`, how !== 0 && typeof how === 'number', String(how));
  t.check(`${o.what} is told why`, o.line.test(program.said()), program.said());
};

export const twoInstancesTrial = defineTrial({
  id: 'R5',
  title: 'the program is started twice by mistake',
  promise:
    'on one data folder the second refuses with a clear line; on one database both work, and nothing is done twice',
  engines: ['embedded', 'postgres', 'remote'],
  quickEngines: ['embedded'],
  maxQuickMs: 600_000,
  run: async (t) => {
    const letters = t.quick ? 100 : 2_000;
    const place = await t.database();
    const elsewhere = { ...place, dir: join(t.dir, 'elsewhere') };
    mkdirSync(elsewhere.dir);
    const port = String(await freePort());
    const first = startProgram(t, place, ['start', '--port', port]);
    const url = await first.serves;
    await refuses(t, startProgram(t, place, ['start', '--port', '0']), {
      what: 'a second server on the data folder',
      line: new RegExp(`already serves this data folder at ${url}`),
    });
    await refuses(t, startProgram(t, elsewhere, ['start', '--port', port]), {
      what: 'a second server on the port',
      line: new RegExp(`Port ${port} is taken`),
    });
    const runFile = (dir: string) => existsSync(join(dir, 'ashford.run.json'));
    t.check('the first one is still known', runFile(place.dir));
    const second = startProgram(t, elsewhere, ['start', '--port', '0']);
    t.check('a server with a folder of its own serves the same database', (await second.serves) !== url);

    const app = await openInstallation(place);
    t.onEnd(() => app.close());
    await app.db.write((tx) =>
      createRules(tx, { userId: app.owner.id, rules: [RULE], newId: app.newId, now: app.clock.now() }),
    );
    const accountId = await mailboxOf(app);
    await deliverLetters(app, accountId, { from: 1, to: letters });
    const done = async () => {
      const [row] = await app.db.all<{ n: number }>(
        "select count(*) as n from actions where status = 'completed'",
      );
      return Number(row?.n);
    };
    // What becomes due after the last look is for whoever serves next.
    let nowMs = 0;
    const isQuiet = async () => {
      nowMs = Date.now();
      const [row] = await app.db.all<{ n: number }>(OPEN, [toInstant(nowMs)]);
      return Number(row?.n) === 0 && (await done()) >= letters * 2;
    };
    const ms = await until(t, QUIET_MS, isQuiet);
    t.figure('letters sorted by two servers', letters);
    t.figure('in', Math.round(ms / 1000), 's');
    t.check('each letter was acted on once', (await done()) === letters * 2, `${await done()} actions`);
    for (const one of [first, second]) one.kill('SIGTERM');
    t.check('both stop well', (await first.ended) === 0 && (await second.ended) === 0, second.said());
    t.check('neither leaves its run file', !runFile(place.dir) && !runFile(elsewhere.dir));
    await judge(t, { db: app.db, nowMs });
  },
});
