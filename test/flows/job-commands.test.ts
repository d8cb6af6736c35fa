import { expect, test } from 'vitest';
import { listActivity } from '#activity/store.ts';
import { runCommandLine } from '#cli/command-line.ts';
import type { Program } from '#cli/program.ts';
import { importJob } from '#ingest/import.job.ts';
import { syncJob } from '#ingest/sync.job.ts';
import { workerOf } from '#main.ts';
import { testTerminal } from '#test/kit/terminal.ts';
import { type TestApp, testApp } from '#test/kit/test-app.ts';

/** The command line on an App that stays open. */
const commandsOn = (t: TestApp) => {
  const app = { ...t.app, close: async () => {} };
  const program: Program = {
    version: '1.2.3',
    open: async () => ({ app, worker: async () => workerOf(t.app) }),
    start: () => Promise.reject(new Error('nothing is started here')),
  };
  return async (line: string, terminal: Parameters<typeof testTerminal>[0] = {}) => {
    const term = testTerminal(terminal);
    const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map((word) => word[1] ?? word[2] ?? '');
    const code = await runCommandLine(words, { term, program, clock: t.app.clock, env: {} });
    return { code, ...term.written };
  };
};

/** Imports of archives that are not there: they fail for good. */
const withDead = async (t: TestApp, n: number): Promise<string[]> => {
  const ids: string[] = [];
  for (let i = 0; i < n; i++) {
    const payload = { accountId: t.accountId, path: `/nowhere/none-${i}.mbox`, newestNow: false };
    ids.push((await t.app.queue.enqueue(importJob, payload)).id);
  }
  await t.drain();
  return ids;
};

test('dead letters are shown with why they failed, and one job with each of its errors', async () => {
  await using t = await testApp();
  const run = commandsOn(t);
  expect((await run('jobs dead')).out).toBe('There are no dead letters.\n');
  const [id] = await withDead(t, 1);
  const shown = await run('jobs dead --type import --kind fatal');
  expect(shown.out).toMatch(/^ID +TYPE +WHY +TRIES +ENDED +LAST ERROR\n/);
  expect(shown.out).toMatch(new RegExp(`${id} +import +fatal +1/\\d+ +\\d{4}-.*archive-not-found`, 'i'));
  expect((await run('jobs dead --kind exhausted')).out).toBe('There are no dead letters.\n');
  expect((await run(`jobs show ${id}`)).out).toMatch(/\nfailed +attempt 1, \d{4}-/);
  const { errors } = JSON.parse((await run(`jobs show ${id} --json`)).out);
  expect(errors).toMatchObject([{ attempt: 1 }]);
});

test('dead letters are queued again together, after a look and a question', async () => {
  await using t = await testApp();
  const run = commandsOn(t);
  await withDead(t, 3);
  expect(await run('jobs retry --dead --type import --dry-run')).toMatchObject({
    code: 0,
    out: '3 jobs would be queued again.\n  3 import\n',
  });
  expect(await run('jobs retry --dead')).toMatchObject({ code: 2, err: expect.stringContaining('--yes') });
  const refused = await run('jobs retry --dead', { answers: ['n'] });
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('Retry 3 jobs? [y/N]') });
  expect((await t.app.queue.list({ state: 'queued' })).length).toBe(0);
  expect(await run('jobs retry --dead --limit 2', { answers: ['y'] })).toMatchObject({
    code: 0,
    out: expect.stringContaining('2 jobs queued again.'),
  });
  expect(JSON.parse((await run('jobs retry --dead --json')).out)).toMatchObject({ count: 1, finished: true });
  expect((await t.app.queue.list({ state: 'queued', type: 'import' })).length).toBe(3);
});

test('dead letters are deleted with a reason, which the audit log keeps', async () => {
  await using t = await testApp();
  const run = commandsOn(t);
  const [first] = await withDead(t, 3);
  expect(await run('jobs discard --dead --yes')).toMatchObject({
    code: 2,
    err: expect.stringContaining('--reason'),
  });
  expect((await run(`jobs discard ${first} --reason "Not needed"`)).out).toBe(`${first}: deleted\n`);
  expect((await run('jobs discard --dead --reason "The account is gone" --yes')).out).toContain(
    '2 jobs deleted.',
  );
  const { items } = await listActivity(t.app.db, t.app.owner.id);
  expect(items).toMatchObject([
    { action: 'job.discard-many', channel: 'cli', details: { reason: 'The account is gone', count: 2 } },
    { action: 'job.discard', subjectId: first, details: { reason: 'Not needed' } },
  ]);
});

test('a command that does not say which jobs, or says it twice, does nothing', async () => {
  await using t = await testApp();
  const run = commandsOn(t);
  const [id] = await withDead(t, 1);
  expect((await run('jobs retry')).code).toBe(2);
  expect((await run(`jobs retry ${id} --dead --yes`)).code).toBe(2);
  expect(await run('jobs cancel nobody')).toMatchObject({ code: 1, out: 'nobody: There is no such job\n' });
  expect((await t.app.queue.get(id ?? ''))?.job.state).toBe('failed');
});

test('the queue is watched line by line, as JSON, or as a picture that is no wider than the terminal', async () => {
  await using t = await testApp();
  const run = commandsOn(t);
  await withDead(t, 2);
  await t.app.queue.enqueue(syncJob, { accountId: 'later' }, { notBeforeMs: t.app.clock.ms() + 60_000 });
  const line = await run('jobs watch --for 0s');
  expect(line.out).toMatch(
    /^\d{4}-\S+Z {2}enqueued – .* ready 0 {2}delayed 1 {2}running 0 {2}failed 2 .*\n$/,
  );
  expect(JSON.parse((await run('jobs watch --for 0s --json')).out)).toMatchObject({
    workers: [],
    rates: null,
  });
  const drawn = await run('jobs watch --for 0s', { outIsTerminal: true, columns: 40, rows: 5 });
  // The picture is drawn on a page of its own, cut to the screen, and the last one stays behind whole.
  const [page = '', left = ''] = drawn.out.split('\u001b[?1049l');
  expect(page.startsWith('\u001b[?1049h')).toBe(true);
  expect(page.split('\n').length).toBe(5);
  for (const one of left.split('\n')) expect(one.length).toBeLessThanOrEqual(40);
  expect(left).toContain('No worker holds a job.');
  expect(left).toMatch(/^TYPE +READY +DELAYED/m);
  expect((await run('jobs watch --for soon')).code).not.toBe(0);
});
