import { expect, test } from 'vitest';
import { ManualClock } from '#std/clock.ts';
import { testTerminal } from '#test/kit/terminal.ts';
import { Progress } from './progress.ts';
import { widthOf } from './text.ts';

const total = 10_000_000;

test('a bar shows how far, how fast and how long still', () => {
  const term = testTerminal({ errIsTerminal: true, columns: 120 });
  const clock = new ManualClock();
  const progress = new Progress({ term, clock, label: 'my.mbox', unit: 'bytes' });
  progress.update({ done: 0, total, messages: 0 });
  clock.advance(2_000);
  progress.update({ done: total / 4, total, messages: 500 });
  const last = term.written.err.split('\r').at(-1) ?? '';
  expect(last).toContain(
    'my.mbox ██████░░░░░░░░░░░░░░░░░░  25 %  500 messages (250/s)  2.5 MB (1.3 MB/s)  6.0 s left',
  );
});

test('a narrow terminal has a line of it without the bar', () => {
  const term = testTerminal({ errIsTerminal: true, columns: 60 });
  const clock = new ManualClock();
  const progress = new Progress({ term, clock, label: 'my.mbox', unit: 'bytes' });
  progress.update({ done: 0, total, messages: 0 });
  clock.advance(2_000);
  expect(widthOf(progress.line({ done: total / 4, total, messages: 12_345 }))).toBeLessThan(60);
});

test('where nobody watches there are lines, seldom, and no controls', () => {
  const term = testTerminal();
  const clock = new ManualClock();
  const progress = new Progress({ term, clock, label: 'my.mbox', unit: 'bytes' });
  for (let i = 0; i < 100; i++) {
    progress.update({ done: (total / 100) * i, total, messages: i });
    clock.advance(200);
  }
  progress.end();
  expect(term.written.err).toMatch(/^[\x20-\x7e\n]*$/);
  expect(term.written.err.trimEnd().split('\n')).toHaveLength(3);
});

test('what an earlier run had done does not count for the pace', () => {
  const clock = new ManualClock();
  const progress = new Progress({ term: testTerminal(), clock, label: 'x', unit: 'bytes' });
  progress.update({ done: total / 2, total });
  clock.advance(1_000);
  expect(progress.line({ done: total / 2 + 1_000_000, total })).toContain('(1.0 MB/s)  4.0 s left');
});

test('a quiet one writes nothing', () => {
  const term = testTerminal({ errIsTerminal: true });
  const progress = new Progress({
    term,
    clock: new ManualClock(),
    label: 'x',
    unit: 'messages',
    quiet: true,
  });
  progress.update({ done: 1, total: 2 });
  progress.end();
  expect(term.written.err).toBe('');
});
