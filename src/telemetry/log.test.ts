import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Secret } from '#config/secret.ts';
import { ManualClock } from '#std/clock.ts';
import { AppError } from '#std/errors.ts';
import { type LogOptions, openLog, wantsColor } from './log.ts';
import { memoryLog } from './log-memory.ts';

beforeAll(() => void context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable()));
afterAll(() => context.disable());

const open = async (options: Partial<LogOptions> = {}) => {
  const lines: string[] = [];
  const write = (line: string) => void lines.push(line);
  const log = await openLog({ format: 'json', level: 'info', clock: new ManualClock(), write, ...options });
  return { log, lines };
};

const inSpan = <T>(fn: () => T): T => {
  const ids = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: 1 };
  return context.with(trace.setSpanContext(context.active(), ids), fn);
};

test('a line of JSON carries time, level, message, fields and the ids of the open span', async () => {
  const { log, lines } = await open();
  inSpan(() => log.child({ room: 'queue' }).info({ jobs: 2 }, 'Claimed jobs'));
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    {
      level: 'info',
      time: '2026-01-15T09:00:00.000Z',
      room: 'queue',
      jobs: 2,
      trace_id: 'a'.repeat(32),
      span_id: 'b'.repeat(16),
      msg: 'Claimed jobs',
    },
  ]);
});

test('a line of text is one line, in colour only when asked', async () => {
  const plain = await open({ format: 'text' });
  plain.log.warn({ job: 'sync', note: 'two words\u001b[2J\nmore' }, 'Late');
  expect(plain.lines).toEqual(['09:00:00.000 warn  Late job=sync note="two words [2J more"\n']);
  const painted = await open({ format: 'text', color: true });
  painted.log.warn({}, 'Late');
  expect(painted.lines[0]).toContain('\u001b[33m');
});

test('a crash is told with its stack, which an expected error does not have', async () => {
  const { log, lines } = await open({ format: 'text' });
  log.error({ err: new TypeError('x is not a function') }, 'Bug');
  log.error({ err: new AppError('limit', 'queue.full', 'Too many') }, 'Full');
  expect(lines[0]).toMatch(/"type":"TypeError".*\n {4}at .*log\.test\.ts/);
  expect(lines[1]).toMatch(/^[^\n]*"kind":"limit"[^\n]*\n$/);
});

test.each(['json', 'text'] as const)('lines below the level are not written as %s', async (format) => {
  const { log, lines } = await open({ format, level: 'warn' });
  log.debug({}, 'a');
  log.info({}, 'b');
  log.warn({}, 'c');
  log.error({}, 'd');
  expect(lines).toHaveLength(2);
});

describe.each(['json', 'text'] as const)('as %s', (format) => {
  test('no secret gets through', async () => {
    const { log, lines } = await open({ format, level: 'debug' });
    const canary = 'canary-1f';
    log.debug(
      {
        secret: new Secret(canary),
        value: new Secret(canary),
        bot_token: canary,
        nested: { Authorization: canary, list: [{ password: canary }] },
        url: `postgres://ann:${canary}@db/x?auth_token=${canary}`,
        err: Object.assign(new Error(`at https://a:${canary}@b`), { accessToken: canary }),
        bytes: new TextEncoder().encode(canary),
      },
      'Connected',
    );
    expect(lines.join('')).not.toContain(canary);
    expect(lines).toHaveLength(1);
  });

  test('addresses are shown in debug lines only', async () => {
    const { log, lines } = await open({ format, level: 'debug' });
    log.info({ account: 'ann@mail.example', err: new Error('no mailbox <ann@mail.example>') }, 'a');
    log.debug({ account: 'ann@mail.example' }, 'b');
    expect(lines[0]).not.toContain('ann@');
    expect(lines[1]).toContain('ann@mail.example');
  });

  test('whatever the fields hold, a line is written and is bounded', async () => {
    const { log, lines } = await open({ format });
    const loop: Record<string, unknown> = { big: 10n, fn: () => 1, symbol: Symbol('s'), nothing: undefined };
    loop.self = loop;
    log.info({ loop, long: 'x'.repeat(100_000), many: Array(10_000).fill('y') }, 'Odd');
    fc.assert(
      fc.property(fc.object({ maxDepth: 6 }), (fields) => log.info(fields, 'Any')),
      { numRuns: 200 },
    );
    expect(lines).toHaveLength(201);
    expect(lines[0]?.length).toBeLessThan(5_000);
    for (const line of lines) expect(line.slice(0, -1)).not.toContain('\n');
  });
});

test('token counts are no secrets', async () => {
  const { log, lines } = await open();
  log.info({ input_tokens: 12, token: 'x' }, 'Asked');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ input_tokens: 12, token: '[secret]' });
});

test('colours are for terminals that want them', () => {
  expect(wantsColor({}, true)).toBe(true);
  expect(wantsColor({}, false)).toBe(false);
  expect(wantsColor({ NO_COLOR: '1' }, true)).toBe(false);
  expect(wantsColor({ NO_COLOR: '' }, true)).toBe(true);
  expect(wantsColor({ TERM: 'dumb' }, true)).toBe(false);
});

test('the log for tests refuses errors that were not expected', () => {
  const log = memoryLog();
  log.child({ a: 1 }).error({ b: 2 }, 'Broken pipe');
  expect(log.lines).toEqual([{ level: 'error', message: 'Broken pipe', fields: { a: 1, b: 2 } }]);
  expect(() => log.assertNoErrors()).toThrow('Broken pipe {"a":1,"b":2}');
  expect(() => log[Symbol.dispose]()).toThrow('Broken pipe');
  log.expectErrors('Broken');
  log.assertNoErrors();
});
