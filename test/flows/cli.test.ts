import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const MAILBOX = path.join(root, 'demo/mailbox/robin.mbox');
const MESSAGES = 375;

/** A home of its own for each test, so that nothing of the machine has a part in it. */
const home = () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'ashford-cli-'));
  const data = path.join(folder, 'data');
  const environment = { PATH: process.env.PATH ?? '', HOME: folder, TMPDIR: folder, TZ: 'UTC' };
  const start = (args: readonly string[], env: Record<string, string> = {}): ChildProcess =>
    spawn(process.execPath, [path.join(root, 'bin/ashford.mjs'), ...args], {
      cwd: folder,
      env: { ...environment, ASHFORD_PATHS__DATA_DIR: data, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  return {
    folder,
    data,
    start,
    run: (...args: string[]) => ended(start(args)),
    runWith: (env: Record<string, string>, ...args: string[]) => ended(start(args, env)),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
};

const ended = async (child: ChildProcess): Promise<{ code: number | null; out: string; err: string }> => {
  let out = '';
  let err = '';
  child.stdout?.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr?.on('data', (chunk) => {
    err += chunk;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, err };
};

const status = { received: MESSAGES, decided: MESSAGES, waiting: 0, unexplained: 0 };

test('the demo in one go sorts every message, prints one JSON document, and leaves nothing behind', async () => {
  using place = home();
  const { code, out, err } = await place.run('demo', '--once', '--json');
  expect({ code, err }).toEqual({ code: 0, err: '' });
  expect(JSON.parse(out)).toMatchObject({ ledger: status, messages: MESSAGES });
  expect(JSON.parse(out).actions.approved_pending).toBeGreaterThan(0);
  const { digest } = JSON.parse(out);
  const total = (name: string) => digest.sections.find((s: { section: string }) => s.section === name)?.total;
  expect(digest).toMatchObject({ state: 'delivered', deliveries: [{ channel: 'web' }] });
  expect(total('unread')).toBeGreaterThan(3);
  expect(total('done')).toBeGreaterThan(300);
  expect(total('waiting')).toBe(JSON.parse(out).actions.approved_pending);
  expect(JSON.parse(out).actions.failed).toBeUndefined();
  expect(existsSync(place.data)).toBe(false);
  expect(readdirSync(place.folder).filter((name) => name.startsWith('ashford-demo'))).toEqual([]);
});

let imported: ReturnType<typeof home>;

beforeAll(async () => {
  imported = home();
  expect((await imported.run('rules', 'add', path.join(root, 'demo/rules.toml'))).code).toBe(0);
  const { code, out } = await imported.run('import', 'mbox', MAILBOX, '--account', 'robin');
  expect(code).toBe(0);
  expect(out).toMatch(/^375 messages added to robin, 375 decided, in .*\n$/);
});

afterAll(() => imported[Symbol.dispose]());

test('an archive that is imported again adds nothing', async () => {
  const { code, out } = await imported.run('import', 'mbox', MAILBOX, '--account', 'robin', '--json');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ finished: true, messages: MESSAGES, added: 0, waiting: 0 });
  const { out: now } = await imported.run('status', '--json');
  expect(JSON.parse(now)).toMatchObject({ ledger: status, messages: MESSAGES });
});

test('a digest of an old archive tells of what was done, once, and can be read again', async () => {
  const preview = await imported.run('digest', 'preview');
  expect(preview.out).toMatch(/^Nothing new, \d actions waiting for you\n[\s\S]*Done by itself\n-+\n/);
  expect((await imported.run('digest', 'list')).out).toMatch(/no digests yet/);
  const now = await imported.run('digest', 'now');
  expect(now.code).toBe(0);
  expect(now.out.split('\n').slice(2)).toEqual(preview.out.split('\n').slice(2).map(sameSince(now.out)));
  expect((await imported.run('digest', 'show')).out).toBe(now.out);
  const [first] = JSON.parse((await imported.run('digest', 'list', '--json')).out);
  expect((await imported.run('digest', 'show', first.id)).out).toBe(now.out);
  const again = await imported.run('digest', 'now');
  expect([again.out, again.err]).toEqual([now.out, expect.stringMatching(/^Nothing is new since /)]);
  const none = await imported.run('digest', 'show', 'no-such-id');
  expect(none.code).toBe(1);
  expect(none.err).toMatch(/no such digest/);
});

/** The line that names the start of the window differs by the time between two runs. */
const sameSince =
  (text: string) =>
  (line: string): string =>
    line.startsWith('Take it back:') ? (/^Take it back:.*$/m.exec(text)?.[0] ?? '') : line;

test('what a rule did is shown, and taken back after a look', async () => {
  const rule = ['--rule', 'Builds that went well, and robots that garden'];
  const list = JSON.parse(
    (await imported.run('actions', 'list', ...rule, '--status', 'completed', '--json')).out,
  );
  expect(list.length).toBeGreaterThan(5);
  const plan = await imported.run('undo', ...rule, '--since', '1 hour ago', '--dry-run', '--json');
  expect(JSON.parse(plan.out)).toMatchObject({ undoable: list.length, blocked: [] });
  expect((await imported.run('undo', ...rule)).code).toBe(2);
  const undone = await imported.run('undo', ...rule, '--json');
  expect(undone.code).toBe(0);
  expect(JSON.parse(undone.out)).toMatchObject({ done: list.length, failed: 0, finished: true });
  const again = await imported.run('undo', ...rule, '--json');
  expect(again.code).toBe(1);
  expect(JSON.parse(again.out)).toMatchObject({ undoable: 0 });
  const shown = JSON.parse((await imported.run('actions', 'show', list[0].id, '--json')).out);
  expect(shown.whyNotUndoable).toBe('It is undone already.');
  const redone = await imported.run('undo', shown.undoneBy, '--json');
  expect(JSON.parse(redone.out)).toMatchObject({ done: 1 });
});

test('an approval is answered once', async () => {
  const waiting = JSON.parse((await imported.run('approvals', '--json')).out);
  const [first, second] = waiting.map((a: { id: string }) => a.id);
  expect((await imported.run('approve', first)).code).toBe(0);
  const late = await imported.run('reject', first, second);
  expect(late.code).toBe(1);
  expect(late.out).toContain('already approved');
  expect(late.out).toContain(`${second}: rejected`);
  expect((await imported.run('run', '--until-idle', '--json')).code).toBe(0);
  const after = JSON.parse((await imported.run('status', '--json')).out);
  expect(after.messages).toBe(MESSAGES - 1);
});

test('a backup is a whole database, and never overwrites', async () => {
  const file = path.join(imported.folder, 'copy.db');
  expect(await imported.run('backup', file)).toMatchObject({ code: 0, err: '' });
  const again = await imported.run('backup', file);
  expect(again).toMatchObject({ code: 1, out: '' });
  expect(again.err).toContain('exists already');
  const { out } = await imported.run('status', '--database', file, '--json');
  expect(JSON.parse(out).ledger.received).toBe(MESSAGES);
});

test('the doctor finds nothing wrong, and then a key that others can read', async () => {
  const well = await imported.run('doctor', '--json');
  expect(JSON.parse(well.out)).toMatchObject({ ok: true });
  chmodSync(path.join(imported.data, 'server.key'), 0o644);
  const ill = await imported.run('doctor', '--json');
  chmodSync(path.join(imported.data, 'server.key'), 0o600);
  expect(ill.code).toBe(1);
  const failed = JSON.parse(ill.out).checks.filter((c: { state: string }) => c.state === 'fail');
  expect(failed).toMatchObject([{ name: 'keys', cure: expect.stringContaining('chmod 600') }]);
});

test('an import that is stopped says how to go on, and goes on', async () => {
  using place = home();
  const big = path.join(place.folder, 'big.mbox');
  const text = readFileSync(MAILBOX, 'utf8');
  writeFileSync(
    big,
    Array.from({ length: 20 }, (_, i) => text.replaceAll('Message-ID: <', `Message-ID: <${i}.`)).join(''),
  );
  const child = place.start(['import', 'mbox', big]);
  const stopped = ended(child);
  // It says so once it listens for signals.
  if (child.stderr) await once(child.stderr, 'data');
  child.kill('SIGINT');
  const { code, out, err } = await stopped;
  expect(err).not.toContain('Error');
  expect(code).toBe(130);
  expect(out).toContain('Run the same command again');
  const { out: end } = await place.run('import', 'mbox', big, '--json');
  expect(JSON.parse(end)).toMatchObject({ finished: true, messages: 20 * MESSAGES, waiting: 0 });
  const { out: now } = await place.run('status', '--json');
  expect(JSON.parse(now)).toMatchObject({ messages: 20 * MESSAGES });
}, 60_000);

test('a picture is no mail', async () => {
  using place = home();
  const file = path.join(place.folder, 'x.mbox');
  writeFileSync(file, '\u0089PNG\r\n\u001a\n', 'latin1');
  const { code, out, err } = await place.run('import', 'mbox', file);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toMatch(/^Error: .*a PNG image\n {2}→ .*\n$/);
});

test('five mistakes in the settings are told at once, each with its line', async () => {
  using place = home();
  const file = path.join(place.folder, 'ashford.toml');
  const mistakes = [
    '[app]',
    'port = 70000',
    'prt = 1',
    'env = "live"',
    '[queue]',
    'concurrency = "many"',
    'heartbeat = 5',
  ];
  writeFileSync(file, `${mistakes.join('\n')}\n`);
  const { code, err } = await place.run('config', 'check');
  expect(code).toBe(1);
  for (const line of [2, 3, 4, 6, 7]) expect(err).toContain(`ashford.toml:${line}`);
  expect(err).toContain('5 problems');
  expect((await place.run('doctor')).out).toMatch(/^fail {2}settings/);
});

test('a data folder that may not be written to is told, not thrown', async () => {
  using place = home();
  // A file in the way stops everybody, also the root user whom no mode stops.
  writeFileSync(path.join(place.folder, 'data'), '');
  const { code, out, err } = await place.run('status');
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toMatch(/^Error: .*data.*\n {2}→ .*\n$/);
});

test('a port in use is told with a way out', async () => {
  using place = home();
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  const { code, err } = await place.run('worker', '--port', String(port));
  expect(code).toBe(2);
  expect(err).toContain('unknown option');
  const started = await place.run('start', '--port', String(port));
  other.close();
  expect(started.code).toBe(1);
  expect(started.err).toMatch(new RegExp(`Error: Port ${port}.*\\n {2}→ `));
  expect(existsSync(path.join(place.data, 'ashford.run.json'))).toBe(false);
}, 60_000);

test('a typo is answered with what was meant', async () => {
  using place = home();
  expect(await place.run('improt')).toEqual({
    code: 2,
    out: '',
    err: "Error: unknown command 'improt'\n  → Did you mean import?\n",
  });
});
