import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommandLine } from '#cli/command-line.ts';
import type { Program } from '#cli/program.ts';
import { workerOf } from '#main.ts';
import { standInForImap } from '#test/kit/password-provider.ts';
import { testTerminal } from '#test/kit/terminal.ts';
import { type TestApp, testApp } from '#test/kit/test-app.ts';

type Answering = Parameters<typeof testTerminal>[0];

const ran = async ({ app }: TestApp, args: string[], o: Answering = {}) => {
  const term = testTerminal(o);
  const open: Program['open'] = async () => ({
    app: { ...app, close: async () => {} },
    worker: async () => workerOf(app),
  });
  const program: Program = { version: '1.2.3', open, start: () => Promise.reject(new Error('not started')) };
  const code = await runCommandLine(args[0] === 'actions' ? args : ['accounts', ...args], {
    term,
    program,
    clock: app.clock,
    env: {},
  });
  return { code, ...term.written };
};

const withImap = async (): Promise<TestApp> => {
  const t = await testApp();
  standInForImap(t.app);
  return t;
};

const EMAIL = 'ada@fastmail.com';
const connect = (t: TestApp) =>
  ran(t, ['add', 'imap', '--email', EMAIL, '--password-file', '-', '--json'], { input: 'right\n' });

test('a mailbox is connected with a password that is piped in, shown, paused and resumed', async () => {
  await using t = await withImap();
  const added = await connect(t);
  expect(added.code).toBe(0);
  const { account, health } = JSON.parse(added.out);
  expect(account).toMatchObject({ email: EMAIL, provider: 'imap', status: 'active' });
  expect(health.notes).toEqual(['It is a stand-in.']);
  const shown = await ran(t, ['show', EMAIL]);
  expect(shown.out).toMatch(/ledger +received 0 · decided 0 · waiting 0 · unexplained 0/);
  expect(shown.out).toMatch(/quota +40 of 4,500 units/);
  expect(shown.out).toMatch(/reads from +imap\.fastmail\.com:993/);
  expect((await ran(t, ['pause', EMAIL])).out).toMatch(/status +paused/);
  expect((await ran(t, ['resume', EMAIL])).out).toMatch(/status +in sync/);
  expect((await ran(t, ['list'])).out).toContain(EMAIL);
});

test('a person is asked for the address and the password, which is not shown', async () => {
  await using t = await withImap();
  const { code, out, err } = await ran(t, ['add', 'imap'], { answers: [EMAIL, 'right'] });
  expect(code).toBe(0);
  expect(err).toContain('E-mail address: ');
  expect(err).toContain('Password (not shown): ');
  expect(out).toContain(`It works: signed in as ${EMAIL}, 0 messages there.`);
  expect(out + err).not.toContain('right');
});

test('servers that nobody knows are asked for, with a guess', async () => {
  await using t = await withImap();
  const answers = ['', 'smtp.elsewhere.example', '', 'right'];
  const args = ['add', 'imap', '--email', 'ada@marlow.example'];
  const { code, out, err } = await ran(t, args, { answers });
  expect(code).toBe(0);
  expect(err).toContain('Server for reading (IMAP) [imap.marlow.example] ');
  expect(out).not.toContain('right');
  const shown = JSON.parse((await ran(t, ['show', 'ada@marlow.example', '--json'])).out);
  expect(shown.figures.settings).toMatchObject({
    imap: { host: 'imap.marlow.example' },
    smtp: { host: 'smtp.elsewhere.example' },
    username: 'ada@marlow.example',
  });
});

test('a refused password leaves nothing behind, and no password at all is wrong use', async () => {
  await using t = await withImap();
  const folder = mkdtempSync(join(tmpdir(), 'ashford-password-'));
  try {
    const file = join(folder, 'password');
    writeFileSync(file, 'wrong\n');
    const refused = await ran(t, ['add', 'imap', '--email', EMAIL, '--password-file', file]);
    expect(refused.code).toBe(1);
    expect(refused.err).toMatch(/The server refused the password[\s\S]*Type it in again/);
    expect((await ran(t, ['show', EMAIL])).code).toBe(1);
    const none = await ran(t, ['add', 'imap', '--email', EMAIL]);
    expect(none.code).toBe(2);
    expect(none.err).toContain('--password-file');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('another password makes an account go on that was stopped', async () => {
  await using t = await withImap();
  await connect(t);
  await t.app.db.write((tx) =>
    tx.run("update accounts set status = 'needs_reauthorization', status_reason = 'Refused.'"),
  );
  expect((await ran(t, ['show', EMAIL])).out).toMatch(/status +must sign in: Refused\./);
  expect((await ran(t, ['resume', EMAIL])).code).toBe(1);
  const again = await ran(t, ['reauthorize', EMAIL, '--password-file', '-'], { input: 'right' });
  expect(again.code).toBe(0);
  expect(again.out).toMatch(/status +in sync/);
});

test('a sync brings in what is new and says how much', async () => {
  await using t = await testApp();
  await t.deliver({ subject: 'One' }, { subject: 'Two' });
  const { code, out } = await ran(t, ['sync', 'robin@marlow.example']);
  expect({ code, out }).toEqual({ code: 0, out: '2 new messages.\n' });
});

test('a removal says what happens, asks about the mail, and does nothing without a yes', async () => {
  await using t = await testApp();
  await t.deliver({ subject: 'One' });
  await t.drain();
  const no = await ran(t, ['remove', 'robin@marlow.example'], { answers: ['y', 'n'] });
  expect(no.code).toBe(1);
  expect(no.err).toContain('1 message of it is stored here');
  expect(no.err).toContain('In the mailbox itself nothing changes');
  expect(no.err).toContain('Nothing was removed.');
  expect((await ran(t, ['remove', 'robin@marlow.example', '--yes'])).code).toBe(2);
  const yes = await ran(t, ['remove', 'robin@marlow.example', '--delete-mail', '--yes']);
  expect({ code: yes.code, out: yes.out }).toEqual({ code: 0, out: 'Removed, with 1 message.\n' });
  expect((await ran(t, ['list', '--json'])).out).toBe('[]\n');
});

test('mail that is kept when its account goes stays listed as such', async () => {
  await using t = await testApp();
  await t.deliver({ subject: 'One' });
  await t.drain();
  const kept = await ran(t, ['remove', 'robin@marlow.example', '--keep-mail', '--yes']);
  expect(kept.out).toBe('Removed; its mail is kept.\n');
  expect((await ran(t, ['list'])).out).toMatch(/removed +1 /);
});

test('an empty account for archives is made by its name', async () => {
  await using t = await testApp();
  const { code, err } = await ran(t, ['add', 'local', 'archive']);
  expect(code).toBe(0);
  expect(err).toContain('ashford import mbox FILE --account archive');
});

test.each([
  [['add', 'imap', '--email', 'nonsense'], '"nonsense" is no e-mail address', '--email you@example.com'],
  [['add', 'imap', '--email', EMAIL, '--password-file', tmpdir()], `${tmpdir()} is a folder`, 'Name a file'],
  [
    ['add', 'imap', '--email', EMAIL, '--password-file', '-', '--host', 'no host!'],
    'imap.host: must be the name or address of a server',
    'the options of the command',
  ],
])('what is wrong in %j is named, with its cure', async (args, wrong, cure) => {
  await using t = await testApp();
  const { code, err } = await ran(t, args, { input: 'right' });
  expect(code).not.toBe(0);
  expect(err).toContain(wrong);
  expect(err).toContain(cure);
});

test('parameters of an action are what it takes, though they look like numbers', async () => {
  await using t = await testApp();
  await t.deliver({ from: 'Ada <ada@example.com>', subject: 'How many?' });
  await t.drain();
  const [message] = await t.app.db.all<{ id: string }>('select id from messages');
  const act = (...more: string[]) => ran(t, ['actions', 'do', message?.id ?? '', ...more, '--json']);
  const stored = async (id: string) =>
    JSON.parse(
      (await t.app.db.all<{ p: string }>('select parameters_json as p from actions where id = $1', [id]))[0]
        ?.p ?? '',
    );
  const reply = await act('reply', 'text=42');
  expect(await stored(JSON.parse(reply.out).actionId)).toEqual({ text: '42' });
  const forward = await act('forward', 'to=books@example.com', 'attached=true', 'note=7');
  expect(await stored(JSON.parse(forward.out).actionId)).toMatchObject({
    to: ['books@example.com'],
    attached: true,
    note: '7',
  });
});
