import { expect, test } from 'vitest';
import { ManualClock } from '#std/clock.ts';
import { testTerminal } from '#test/kit/terminal.ts';
import { type TestApp, testApp } from '#test/kit/test-app.ts';
import { runCommandLine } from './command-line.ts';
import type { Program } from './program.ts';

const ran = async ({ app }: TestApp, ...args: string[]) => {
  const term = testTerminal();
  const open: Program['open'] = async () => ({
    app: { ...app, close: async () => {} },
    worker: () => {
      throw new Error('nothing works here');
    },
  });
  const program: Program = { version: '1.2.3', open, start: () => Promise.reject(new Error('not started')) };
  const code = await runCommandLine(['schedules', ...args], { term, program, clock: app.clock, env: {} });
  return { code, ...term.written };
};

test('schedules are added, listed, paused, resumed, run and removed on the command line', async () => {
  await using app = await testApp({ clock: new ManualClock() });
  const added = await ran(
    app,
    'add',
    'digest.compose',
    '--cron',
    '0 7 * * *',
    '--zone',
    'Asia/Kathmandu',
    '--json',
  );
  expect(added).toMatchObject({ code: 0, err: '' });
  const { id, nextRunAt } = JSON.parse(added.out);
  expect(nextRunAt).toBe('2026-01-16T01:15:00.000Z');
  expect((await ran(app, 'list')).out).toMatch(
    /digest\.compose +on .*Every day at 07:00 \(Asia\/Kathmandu\)/,
  );
  expect((await ran(app, 'pause', 'digest.compose')).out).toMatch(/state +paused/);
  expect((await ran(app, 'resume', id)).out).toMatch(/state +on/);
  expect(JSON.parse((await ran(app, 'next', id, '--count', '2', '--json')).out)).toEqual([
    '2026-01-16T01:15:00.000Z',
    '2026-01-17T01:15:00.000Z',
  ]);
  const { jobId } = JSON.parse((await ran(app, 'run-now', id, '--json')).out);
  expect((await app.app.queue.get(jobId))?.job).toMatchObject({ type: 'digest.compose', scheduleId: id });
  expect(await ran(app, 'remove', id)).toMatchObject({ code: 0, out: `${id}: removed\n` });
  expect((await ran(app, 'list')).out).toMatch('There are no schedules');
});

test('a wrong cron, type or payload is told with what to write', async () => {
  await using app = await testApp({ clock: new ManualClock() });
  const cron = await ran(app, 'add', 'digest.compose', '--cron', '0 25 * * *');
  expect(cron.code).not.toBe(0);
  expect(cron.err).toMatch(/"25" is no hour of a cron[\s\S]*0 to 23/);
  expect((await ran(app, 'add', 'digest.compose')).code).toBe(2);
  expect((await ran(app, 'add', 'queue.prune', '--cron', '* * * * *')).err).toMatch(
    /digest\.compose \(Make a digest\)/,
  );
  const payload = await ran(app, 'add', 'digest.compose', '--cron', '* * * * *', '--payload', '{');
  expect(payload).toMatchObject({ code: 2, out: '' });
  expect((await ran(app, 'pause', 'digest.compose')).err).toMatch('There is no schedule "digest.compose"');
});
