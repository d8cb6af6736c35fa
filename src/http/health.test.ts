import { expect, test } from 'vitest';
import { HEALTH_DATABASE_MS } from '#config/limits.ts';
import { ManualClock } from '#std/clock.ts';
import { testApp } from '#test/kit/test-app.ts';

test('health tells when the database does not answer in time', async () => {
  const clock = new ManualClock();
  await using app = await testApp({ clock });
  const api = await app.serve();
  expect(await api.call('GET', '/healthz')).toMatchObject({
    status: 200,
    json: { status: 'ok', database: 'ok' },
  });
  expect((await api.call('GET', '/readyz')).status).toBe(200);
  const { db } = app.app;
  const asked = Promise.withResolvers<void>();
  app.app.db = new Proxy(db, {
    get: (target, name, self) => {
      if (name !== 'all') return Reflect.get(target, name, self);
      return () => {
        asked.resolve();
        return new Promise(() => {});
      };
    },
  });
  const answer = fetch(`${api.url}/healthz`);
  await asked.promise;
  clock.advance(HEALTH_DATABASE_MS);
  expect((await answer).status).toBe(503);
  app.app.db = db;
});

test('health tells when there was no room on the disk of the database', async () => {
  await using app = await testApp();
  const api = await app.serve();
  const { db } = app.app;
  app.app.db = new Proxy(db, {
    get: (target, name) => {
      if (name === 'diskFull') return true;
      const value = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  expect(await api.call('GET', '/healthz')).toMatchObject({
    status: 503,
    json: { status: 'failing', database: 'disk full' },
  });
  app.app.db = db;
});
