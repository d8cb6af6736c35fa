import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { BOARD_BYTES, boardIn } from './watchdog-board.ts';

const script = (body: string): string => `
  const { startWatchdog } = await import(${JSON.stringify(new URL('./watchdog.ts', import.meta.url).href)});
  const { systemClock } = await import(${JSON.stringify(new URL('../std/clock.ts', import.meta.url).href)});
  const dog = startWatchdog({ clock: systemClock, stillMs: 1_000, lookMs: 50 });
  const { onJob } = dog.watch({});
  ${body}`;

const run = (body: string) =>
  spawnSync(process.execPath, ['--input-type=module', '-e', script(body)], {
    encoding: 'utf8',
    timeout: 60_000,
  });

test('a process in which nothing moves ends itself, and names the jobs that ran', () => {
  const { signal, stderr } = run(`
    void onJob({ type: 'mail.quick', id: '1' }, async () => {});
    void onJob({ type: 'mail.waits', id: '2' }, () => systemClock.sleep(60_000));
    await systemClock.sleep(200);
    void onJob({ type: 'mail.spins', id: '3' }, async () => { for (;;); });`);
  expect(signal).toBe('SIGKILL');
  expect(stderr).toMatch('Jobs that were running: ');
  expect(stderr).toMatch('mail.spins 3');
  expect(stderr).toMatch('mail.waits 2');
  expect(stderr).not.toMatch('mail.quick');
});

test('a process that moves is left alone, and a stopped watchdog watches no more', () => {
  const { status, signal, stdout } = run(`
    await systemClock.sleep(1_500);
    console.log('moved');
    dog.stop();
    const end = Date.now() + 1_700;
    while (Date.now() < end);
    console.log('stood still');`);
  expect([status, signal, stdout]).toEqual([0, null, 'moved\nstood still\n']);
});

test('the board shows who is on it, however long the name, and has an end', () => {
  const board = boardIn(new SharedArrayBuffer(BOARD_BYTES));
  const leave = board.enter('a 1');
  board.enter('b'.repeat(1_000));
  expect(
    board
      .jobs()
      .map((job) => job.slice(0, 3))
      .sort(),
  ).toEqual(['a 1', 'bbb']);
  leave();
  expect(board.jobs()).toHaveLength(1);
  for (let n = 0; n < 100; n++) board.enter(`c ${n}`);
  expect(board.jobs()).toHaveLength(64);
  expect(board.waitClosed(1)).toBe(false);
  board.close();
  expect(board.waitClosed(60_000)).toBe(true);
});
