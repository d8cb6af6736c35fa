import { expect, test } from 'vitest';
import { z } from 'zod';
import { makeLive } from '#activity/live.ts';
import { JOB_GAUGE_KEEP_MS } from '#config/limits.ts';
import { loadConfig } from '#config/load.ts';
import { defineJob } from '#queue/define.ts';
import { ensureOwnSchedules } from '#queue/own-schedules.ts';
import { workbench } from '#queue/workbench.suite.ts';
import { systemClock } from '#std/clock.ts';
import { seededRandom } from '#std/random.ts';
import { memoryLog } from '#telemetry/log-memory.ts';
import { startTelemetry } from '#telemetry/start.ts';
import { span } from '#telemetry/trace.ts';
import { testDatabase } from '#test/kit/databases.ts';
import { collector, type SentSpan, spansOf } from '#test/kit/otlp-collector.ts';
import { gaugeJobs, queueHooks } from './queue-hooks.ts';

const telemetryTo = (endpoint?: string) => {
  const { config } = loadConfig({
    env: {},
    cwd: '/',
    homeDir: '/',
    readFile: () => undefined,
    overrides: { 'telemetry.otlp_endpoint': endpoint, 'telemetry.metrics': true },
  });
  return startTelemetry({
    config,
    version: '1',
    clock: systemClock,
    random: seededRandom(7),
    log: memoryLog(),
  });
};

const child = defineJob<{ n: number }, object, unknown>({
  type: 'test.child',
  payload: z.object({ n: z.number() }),
  run: async () => {},
});
const parent = defineJob<{ n: number }, object, unknown>({
  type: 'test.parent',
  payload: z.object({ n: z.number() }),
  run: async (ctx) => {
    await ctx.step('one', async () => 1);
    await ctx.enqueue(child, { n: 1 });
  },
});
const recurring = defineJob<object, object, unknown>({
  type: 'test.recurring',
  payload: z.object({}),
  run: async () => {},
});

const named = (spans: readonly SentSpan[], name: string, type?: string): SentSpan => {
  const found = spans.filter(
    (one) =>
      one.name === name &&
      (type === undefined || one.attributes.some(({ value }) => Object.values(value).includes(type))),
  );
  if (found.length !== 1 || !found[0]) throw new Error(`${found.length} spans ${name} ${type ?? ''}`);
  return found[0];
};

test('the span of a job hangs below that of whoever enqueued it, a child job below its parent, a scheduled one below none', async () => {
  await using server = await collector();
  await using t = await testDatabase();
  const telemetry = await telemetryTo(server.url);
  const bench = workbench(t, queueHooks(makeLive()));
  const { queue, worker, db, clock, newId } = bench;
  await span('email.receive', {}, () => queue.enqueue(parent, { n: 1 }));
  const w = worker([parent, child, recurring]);
  await w.drain();
  // Made known and due while another trace is open, which has no part in its runs.
  await span('email.digest', {}, async () => {
    await ensureOwnSchedules({ db, clock, newId, signals: queue.signals }, [
      { job: recurring, cron: '* * * * *', timeZone: 'UTC', payload: {}, missed: 'run_once' },
    ]);
  });
  clock.advance(120_000);
  await w.drain();
  await telemetry.stop();

  const spans = spansOf(server.bodies());
  const root = named(spans, 'email.receive');
  const first = named(spans, 'queue.job', 'test.parent');
  const second = named(spans, 'queue.job', 'test.child');
  const scheduled = named(spans, 'queue.job', 'test.recurring');
  expect(first).toMatchObject({ traceId: root.traceId, parentSpanId: root.spanId });
  expect(named(spans, 'queue.step one')).toMatchObject({ traceId: root.traceId, parentSpanId: first.spanId });
  expect(second).toMatchObject({ traceId: root.traceId, parentSpanId: first.spanId });
  expect(scheduled.traceId).not.toBe(root.traceId);
  expect(scheduled.traceId).not.toBe(named(spans, 'email.digest').traceId);
  expect(scheduled.parentSpanId ?? '').toBe('');
});

test.each([
  ['backfill', 'accounts'],
  ['account.remove', 'accounts'],
  ['outbound.send', 'approvals'],
  ['watch.renew', 'accounts'],
])('open pages are told what %s may have changed', async (type, topic) => {
  await using t = await testDatabase();
  const live = makeLive();
  const told: string[] = [];
  live.listen((topics) => told.push(...topics));
  const { queue, worker } = workbench(t, queueHooks(live));
  const job = defineJob<object, object, unknown>({ type, payload: z.object({}), run: async () => {} });
  await queue.enqueue(job, {});
  await worker([job]).drain();
  expect(told).toEqual(expect.arrayContaining([topic, 'jobs']));
});

const sampleOf = (text: string, name: string, labels: Record<string, string> = {}): number | undefined => {
  const line = text
    .split('\n')
    .find(
      (one) =>
        (one.startsWith(`${name}{`) || one.startsWith(`${name} `)) &&
        Object.entries(labels).every(([key, value]) => one.includes(`${key}="${value}"`)),
    );
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
};

test('metrics tell what waits and runs, for how long the oldest has waited, and are counted at most every ten seconds', async () => {
  await using t = await testDatabase();
  const telemetry = await telemetryTo();
  const { queue, worker, clock } = workbench(t, queueHooks(makeLive()));
  const release = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const slow = defineJob<object, object, unknown>({
    type: 'test.slow',
    payload: z.object({}),
    run: async () => {
      begun.resolve();
      await release.promise;
    },
  });
  const end = gaugeJobs({ queue, clock });
  const text = async () => (await telemetry.metricsText()) ?? '';
  await queue.enqueue(child, { n: 1 });
  await queue.enqueue(slow, {});
  clock.advance(3_000);
  const drained = worker([slow]).drain();
  await begun.promise;
  const busy = await text();
  expect(sampleOf(busy, 'ashford_jobs', { type: 'test.child', state: 'ready' })).toBe(1);
  expect(sampleOf(busy, 'ashford_jobs', { type: 'test.slow', state: 'running' })).toBe(1);
  expect(sampleOf(busy, 'ashford_jobs_oldest_due_age')).toBe(3);
  expect(sampleOf(busy, 'ashford_jobs_in_flight')).toBe(1);
  release.resolve();
  await drained;
  const soon = await text();
  expect(sampleOf(soon, 'ashford_jobs', { type: 'test.slow', state: 'running' })).toBe(1);
  expect(sampleOf(soon, 'ashford_jobs_in_flight')).toBe(0);
  clock.advance(JOB_GAUGE_KEEP_MS);
  const later = await text();
  expect(sampleOf(later, 'ashford_jobs', { type: 'test.slow', state: 'running' })).toBe(0);
  expect(sampleOf(later, 'ashford_jobs_claimed_total')).toBe(1);
  expect(sampleOf(later, 'ashford_jobs_attempts_total', { type: 'test.slow', ending: 'completed' })).toBe(1);
  end();
  await telemetry.stop();
});
