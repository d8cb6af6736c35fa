import { expect, test } from 'vitest';
import { makeLive } from '#activity/live.ts';
import {
  EVENT_BEAT_MS,
  EVENT_FOREIGN_MS,
  EVENT_GATHER_MS,
  EVENT_STREAM_MS,
  EVENT_STREAMS,
} from '#config/limits.ts';
import { ManualClock } from '#std/clock.ts';
import { testApp } from '#test/kit/test-app.ts';
import { EventHub } from './events.ts';

const hub = () => {
  const clock = new ManualClock();
  const live = makeLive();
  const foreign = new Set<() => void>();
  const db = {
    onForeignCommit: (fn: () => void) => {
      foreign.add(fn);
      return () => foreign.delete(fn);
    },
  };
  return { clock, live, foreign, hub: new EventHub({ clock, live, db }) };
};

/** Reads what has come so far, without waiting for more. */
const reader = (response: Response) => {
  const stream = response.body?.getReader();
  const decoder = new TextDecoder();
  return {
    next: async (): Promise<string | null> => {
      const chunk = await stream?.read();
      return chunk?.value === undefined ? null : decoder.decode(chunk.value);
    },
    cancel: () => stream?.cancel(),
  };
};

test('changes that come together are told once, each topic once', async () => {
  const { clock, live, hub: events } = hub();
  const page = reader(events.open(new AbortController().signal));
  expect(await page.next()).toBe('retry: 2000\n\n');
  live.tell('actions');
  live.tell('jobs', 'actions');
  clock.advance(EVENT_GATHER_MS);
  expect(await page.next()).toBe('event: change\ndata: {"topics":["actions","jobs"]}\n\n');
  live.tell('rules');
  clock.advance(EVENT_GATHER_MS - 1);
  live.tell('rules');
  clock.advance(1);
  expect(await page.next()).toBe('event: change\ndata: {"topics":["rules"]}\n\n');
});

test('what another process commits may have changed anything', async () => {
  const { clock, foreign, hub: events } = hub();
  const page = reader(events.open(new AbortController().signal));
  await page.next();
  for (const fn of foreign) fn();
  clock.advance(EVENT_FOREIGN_MS);
  expect(await page.next()).toContain('"actions","approvals","messages","rules","jobs","accounts"');
});

test('nothing is listened to while nobody listens, and streams are limited', async () => {
  const { foreign, hub: events } = hub();
  expect(foreign.size).toBe(0);
  const gone = new AbortController();
  const pages = Array.from({ length: EVENT_STREAMS }, () => events.open(gone.signal));
  expect(foreign.size).toBe(1);
  expect(() => events.open(gone.signal)).toThrow(expect.objectContaining({ code: 'http.too-many-streams' }));
  await pages[0]?.body?.cancel();
  expect(events.clients).toBe(EVENT_STREAMS - 1);
  gone.abort();
  expect(events.clients).toBe(0);
  expect(foreign.size).toBe(0);
});

test('a stream shows that it lives, and ends so that who listens signs in anew', async () => {
  const { clock, hub: events } = hub();
  const page = reader(events.open(new AbortController().signal));
  await page.next();
  clock.advance(EVENT_BEAT_MS);
  expect(await page.next()).toBe(': still here\n\n');
  clock.advance(EVENT_STREAM_MS);
  let last = await page.next();
  while (last !== null) last = await page.next();
  expect(events.clients).toBe(0);
});

test('over HTTP a change arrives, and stopping the server ends the stream', async () => {
  const app = await testApp();
  const { url, cookie } = await app.serve();
  const response = await fetch(`${url}/api/events`, { headers: { cookie } });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const page = reader(response);
  expect(await page.next()).toBe('retry: 2000\n\n');
  await app.addRule({ name: 'x', conditions: { op: 'and', children: [] }, actions: [{ type: 'star' }] });
  await app.deliver({});
  await app.drain();
  expect(await page.next()).toMatch(/^event: change\ndata: \{"topics":\[.+\]\}\n\n$/);
  await app[Symbol.asyncDispose]();
  let last = await page.next();
  while (last !== null) last = await page.next();
});
