import { expect, test } from 'vitest';
import type { Db } from '#db/db.ts';
import { onEveryDatabase } from '#test/kit/databases.ts';
import { tokenHashWith } from './secret-token.ts';
import {
  createSignInLink,
  findSession,
  listSessions,
  pruneSessions,
  redeemSignInLink,
  revokeSession,
  revokeSessions,
  startSession,
} from './session-store.ts';
import { ANN, accessPorts, BOB } from './testing.ts';
import { createUser } from './user-store.ts';

const prepare = async (db: Db) => {
  const ports = accessPorts(db);
  return { ports, ann: await createUser(ports, ANN), bob: await createUser(ports, BOB) };
};

const badLink = { code: 'access.bad-link', kind: 'denied' };

onEveryDatabase('Sessions', (fresh) => {
  test('a link signs in once, also when used twice at the same moment', async () => {
    await using t = await fresh();
    const { ports, ann } = await prepare(t.db);
    const link = await createSignInLink(ports, ann.id);
    const tried = await Promise.allSettled(
      [1, 2, 3].map(() => redeemSignInLink(ports, link.token, 'Browser/1')),
    );
    const [session, ...others] = tried.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    expect(others).toEqual([]);
    for (const one of tried) if (one.status === 'rejected') expect(one.reason).toMatchObject(badLink);
    expect(await findSession(ports, session?.token ?? '')).toMatchObject({
      userId: ann.id,
      userAgent: 'Browser/1',
    });
    await expect(redeemSignInLink(ports, link.token)).rejects.toMatchObject(badLink);
  });

  test('links and sessions end on time, to the millisecond', async () => {
    await using t = await fresh();
    const { ports, ann } = await prepare(t.db);
    const [early, late] = [await createSignInLink(ports, ann.id), await createSignInLink(ports, ann.id)];
    ports.clock.advance(59_999);
    const session = await redeemSignInLink(ports, early.token);
    ports.clock.advance(1);
    await expect(redeemSignInLink(ports, late.token)).rejects.toMatchObject(badLink);
    ports.clock.advance(3_599_998);
    expect(await findSession(ports, session.token)).toBeDefined();
    ports.clock.advance(1);
    expect(await findSession(ports, session.token)).toBeUndefined();
    expect(await listSessions(ports, ann.id)).toEqual([]);
  });

  test('a link is no session, a session no link, and a stored hash neither', async () => {
    await using t = await fresh();
    const { ports, ann } = await prepare(t.db);
    const link = await createSignInLink(ports, ann.id);
    const session = await startSession(ports, ann.id);
    expect(await findSession(ports, link.token)).toBeUndefined();
    await expect(redeemSignInLink(ports, session.token)).rejects.toMatchObject(badLink);
    const stored = await t.db.all<{ token_hash: string }>('select * from sessions');
    expect(JSON.stringify(stored)).not.toContain(session.token);
    for (const { token_hash } of stored) expect(await findSession(ports, token_hash)).toBeUndefined();
  });

  test('a session is worth nothing with another server secret', async () => {
    await using t = await fresh();
    const { ports, ann } = await prepare(t.db);
    const { token } = await startSession(ports, ann.id);
    expect(await findSession({ ...ports, tokenHash: tokenHashWith('another') }, token)).toBeUndefined();
  });

  test('a user ends their own sessions only', async () => {
    await using t = await fresh();
    const { ports, ann, bob } = await prepare(t.db);
    const session = await startSession(ports, ann.id);
    expect(await revokeSession(ports, bob.id, session.id)).toBe(false);
    expect(await findSession(ports, session.token)).toBeDefined();
    expect(await revokeSession(ports, ann.id, session.id)).toBe(true);
    expect(await revokeSession(ports, ann.id, session.id)).toBe(false);
    expect(await findSession(ports, session.token)).toBeUndefined();
  });

  test('all of a user can end at once, links included, but for the one in use', async () => {
    await using t = await fresh();
    const { ports, ann, bob } = await prepare(t.db);
    const [kept, ended] = [await startSession(ports, ann.id), await startSession(ports, ann.id)];
    const other = await startSession(ports, bob.id);
    const link = await createSignInLink(ports, ann.id);
    await t.db.write((tx) => revokeSessions(ports, tx, { userId: ann.id, except: kept.id }));
    expect((await listSessions(ports, ann.id)).map(({ id }) => id)).toEqual([kept.id]);
    expect(await findSession(ports, ended.token)).toBeUndefined();
    expect(await findSession(ports, other.token)).toBeDefined();
    await expect(redeemSignInLink(ports, link.token)).rejects.toMatchObject(badLink);
  });

  test('what is over is forgotten, and no more than that', async () => {
    await using t = await fresh();
    const { ports, ann } = await prepare(t.db);
    await createSignInLink(ports, ann.id);
    const session = await startSession(ports, ann.id);
    ports.clock.advance(60_000);
    expect(await pruneSessions(ports)).toBe(1);
    expect(await findSession(ports, session.token)).toBeDefined();
  });

  test('a long description of a browser is cut', async () => {
    await using t = await fresh();
    const { ports, ann } = await prepare(t.db);
    const { token } = await startSession(ports, ann.id, 'x'.repeat(10_000));
    expect((await findSession(ports, token))?.userAgent).toHaveLength(300);
  });
});
