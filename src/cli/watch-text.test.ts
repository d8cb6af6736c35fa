import { expect, test } from 'vitest';
import type { QueueView } from '#queue/watch.ts';
import { testTerminal } from '#test/kit/terminal.ts';
import { widthOf } from './text.ts';
import { watchFrame } from './watch-text.ts';

const type = (name: string, ready: number): QueueView['stats']['types'][number] => ({
  type: name,
  ready,
  delayed: 0,
  running: 0,
  failed: 0,
  canceled: 0,
  more: ready === 10_000 ? ['ready'] : [],
  oldestDue: '2026-01-15T09:00:00.000Z',
});

const view: QueueView = {
  at: '2026-01-15T09:01:15.000Z',
  stats: {
    types: [
      type('sync', 3),
      type('classify', 10_000),
      ...Array.from({ length: 15 }, (_, i) => type(`t${i}`, 1)),
    ],
    oldestDue: '2026-01-15T09:00:00.000Z',
  },
  workers: [{ workerId: 'tower/boot.1/4711/abc123', running: 12, heartbeatAt: '2026-01-15T09:01:10.000Z' }],
  overdueSchedules: 1,
  rates: { enqueued: 1_234.4, started: 40, completed: 39.6, failed: 0.4, retried: 0 },
};

test('a picture tells rates, sums, types and workers, and says where there are more', () => {
  const text = watchFrame(testTerminal({ columns: 100 }), view);
  expect(text).toContain('09:01:15 UTC   oldest due 1 min 15 s   1 overdue schedule\n');
  expect(text).toContain('enqueued 1,234/s   started 40/s   completed 40/s   failed 0.4/s   retried 0/s\n');
  expect(text).toContain('ready 10,018+ ');
  expect(text).toMatch(/^classify +10,000\+ /m);
  expect(text).toContain('… and 5 more types\n');
  expect(text).toMatch(/^abc123 +tower +4711 +12 +5\.0 s$/m);
});

test.each([20, 40, 52, 72, 80])(
  'no line is wider than a terminal of %d columns, in colour or without',
  (columns) => {
    for (const color of [true, false]) {
      const text = watchFrame(testTerminal({ columns, color }), view);
      for (const line of text.split('\n')) expect(widthOf(line)).toBeLessThanOrEqual(columns);
      expect(text.includes('\u001b')).toBe(color);
      if (columns >= 40)
        for (const word of ['retried', 'canceled', 'completed']) expect(text).toContain(word);
    }
  },
);
