import { expect, test } from 'vitest';
import { TELEMETRY_SHUTDOWN_MS } from '#config/limits.ts';
import { loadConfig } from '#config/load.ts';
import { type Clock, ManualClock, systemClock } from '#std/clock.ts';
import { AppError } from '#std/errors.ts';
import { seededRandom } from '#std/random.ts';
import { collector, spansOf } from '#test/kit/otlp-collector.ts';
import { type MemoryLog, memoryLog } from './log-memory.ts';
import { counter, gauge, histogram } from './metrics.ts';
import { startTelemetry } from './start.ts';
import { currentTraceId, currentTraceparent, span, withTraceparent } from './trace.ts';

const start = (
  endpoint?: string,
  {
    log = memoryLog(),
    metrics = true,
    clock = systemClock,
  }: { log?: MemoryLog; metrics?: boolean; clock?: Clock } = {},
) => {
  const { config } = loadConfig({
    env: {},
    cwd: '/',
    homeDir: '/',
    readFile: () => undefined,
    overrides: { 'telemetry.otlp_endpoint': endpoint, 'telemetry.metrics': metrics },
  });
  return startTelemetry({ config, version: '1.2.3', clock, random: seededRandom(7), log });
};

test('spans reach the collector as one tree, with the resource and without the words of errors', async () => {
  await using server = await collector();
  const telemetry = await start(server.url);
  await span('email.receive', { 'messaging.system': 'imap', absent: undefined }, async (open) => {
    open.set({ 'messaging.batch.message_count': 2 });
    await expect(
      span('email.classify', {}, () => {
        throw new AppError('limit', 'llm.budget-spent', 'private words');
      }),
    ).rejects.toThrow('private words');
  });
  await telemetry.stop();

  const spans = spansOf(server.bodies());
  const [inner, outer] = ['email.classify', 'email.receive'].map((name) =>
    spans.find((one) => one.name === name),
  );
  expect(spans).toHaveLength(2);
  expect(inner?.traceId).toBe(outer?.traceId);
  expect(inner?.parentSpanId).toBe(outer?.spanId);
  expect(inner?.attributes).toEqual([{ key: 'error.type', value: { stringValue: 'llm.budget-spent' } }]);
  expect(outer?.attributes.map(({ key }) => key)).toEqual([
    'messaging.system',
    'messaging.batch.message_count',
  ]);
  expect(JSON.stringify(server.received)).not.toContain('private words');
  const resource = server.bodies()[0]?.resourceSpans[0]?.resource.attributes ?? [];
  const named = Object.fromEntries(resource.map(({ key, value }) => [key, value.stringValue]));
  expect(named).toMatchObject({
    'service.name': 'ashford',
    'service.version': '1.2.3',
    'deployment.environment.name': 'dev',
    'host.arch': expect.stringMatching(/^[a-z0-9]+$/),
    'os.type': expect.stringMatching(/^[a-z]+$/),
  });
});

test('metrics reach the collector when it stops', async () => {
  await using server = await collector();
  const telemetry = await start(server.url);
  counter('ashford.test.sent', { description: 'Test.', unit: '{thing}' }).add(3);
  await telemetry.stop();
  const sent = server.received.find(({ path }) => path === '/v1/metrics');
  expect(sent?.body).toContain('ashford.test.sent');
});

test.each([undefined, 'collector'])('a trace goes on in another job (endpoint: %s)', async (kind) => {
  await using server = await collector();
  const telemetry = await start(kind && server.url);
  const carried = await span('email.receive', {}, async () => {
    await Promise.resolve();
    return { traceparent: currentTraceparent(), traceId: currentTraceId() };
  });
  expect(carried.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$/);
  expect(currentTraceparent()).toBeUndefined();
  const later = await withTraceparent(carried.traceparent, () =>
    span('email.action', {}, () => currentTraceId()),
  );
  expect(later).toBe(carried.traceId);
  await telemetry.stop();
  if (kind) {
    const [first, second] = spansOf(server.bodies());
    expect(second?.parentSpanId).toBe(first?.spanId);
  }
});

test('a damaged traceparent is ignored', async () => {
  const telemetry = await start();
  const damaged = [
    null,
    undefined,
    '',
    'x',
    `00-${'0'.repeat(32)}-${'1'.repeat(16)}-01`,
    `00-${'1'.repeat(32)}-${'0'.repeat(16)}-01`,
    `ff-${'1'.repeat(32)}-${'1'.repeat(16)}-01`,
    `00-${'A'.repeat(32)}-${'1'.repeat(16)}-01`,
  ];
  for (const traceparent of damaged)
    expect(withTraceparent(traceparent, () => currentTraceId())).toBeUndefined();
  const future = `01-${'1'.repeat(32)}-${'2'.repeat(16)}-01-more`;
  expect(withTraceparent(future, () => currentTraceId())).toBe('1'.repeat(32));
  await telemetry.stop();
});

test('without telemetry, spans still run their work', async () => {
  expect(await span('queue.job', {}, () => 5)).toBe(5);
  expect(currentTraceparent()).toBeUndefined();
});

test('spans side by side do not mix', async () => {
  const telemetry = await start();
  const ids = await Promise.all(
    Array.from({ length: 20 }, () =>
      span('queue.job', {}, async () => {
        const before = currentTraceId();
        await new Promise((resolve) => setImmediate(resolve));
        expect(currentTraceId()).toBe(before);
        return before;
      }),
    ),
  );
  expect(new Set(ids).size).toBe(20);
  await telemetry.stop();
});

/** What has happened once everything that waits for nothing else is done. */
const soon = (work: Promise<void>): Promise<string> =>
  Promise.race([
    work.then(() => 'stopped'),
    new Promise<string>((resolve) => setImmediate(() => setImmediate(() => resolve('still waiting')))),
  ]);

test.each(['away', 'refuse', 'hang'] as const)('a collector that is %s holds nothing up', async (how) => {
  await using server = await collector(how === 'away' ? 'ok' : how);
  if (how === 'away') await server[Symbol.asyncDispose]();
  const stray: unknown[] = [];
  const onStray = (reason: unknown) => void stray.push(reason);
  process.on('unhandledRejection', onStray);
  using log = memoryLog();
  const clock = new ManualClock();
  const telemetry = await start(server.url, { log, clock });
  expect(await span('queue.job', {}, () => 'done')).toBe('done');
  const stopping = telemetry.stop();
  clock.advance(TELEMETRY_SHUTDOWN_MS);
  expect(await soon(stopping)).toBe('stopped');
  process.off('unhandledRejection', onStray);
  expect(stray).toEqual([]);
});

test('one line in the log tells that a collector takes nothing', async () => {
  await using server = await collector('refuse');
  using log = memoryLog();
  const telemetry = await start(server.url, { log, metrics: false });
  await span('queue.job', {}, () => 'done');
  await telemetry.stop();
  expect(log.lines).toMatchObject([{ level: 'warn', fields: { endpoint: server.url } }]);
});

test('metrics are served as Prometheus text, across restarts of telemetry', async () => {
  const jobs = counter('ashford.test.jobs', { description: 'Jobs.', unit: '{job}' });
  const seconds = histogram('ashford.test.run_time', {
    description: 'Run time.',
    unit: 's',
    buckets: [1, 10],
  });
  const end = gauge('ashford.test.waiting', { description: 'Waiting.', unit: '{job}' }, async () => [
    { value: 4, labels: { state: 'queued' } },
  ]);
  const broken = gauge('ashford.test.broken', { description: 'Broken.', unit: '{job}' }, async () => {
    throw new Error('database is away');
  });
  jobs.add(100);
  for (const round of [1, 2]) {
    const telemetry = await start();
    jobs.add(round, { type: 'sync' });
    seconds.record(5);
    const text = (await telemetry.metricsText()) ?? '';
    expect(text).toMatch(new RegExp(`ashford_test_jobs_total\\{[^}]*type="sync"[^}]*\\} ${round}\\n`));
    expect(text).toMatch(/ashford_test_run_time_bucket\{[^}]*le="10"[^}]*\} 1\n/);
    expect(text).toMatch(/ashford_test_waiting\{[^}]*state="queued"[^}]*\} 4\n/);
    expect(text).not.toContain(' 100\n');
    await telemetry.stop();
  }
  end();
  broken();
  const telemetry = await start();
  expect(await telemetry.metricsText()).not.toContain('ashford_test_waiting');
  await telemetry.stop();
  const off = await start(undefined, { metrics: false });
  jobs.add(1);
  expect(await off.metricsText()).toBeUndefined();
  await off.stop();
});
