import { expect, test } from 'vitest';
import { API_TOKENS_PER_USER } from '#config/limits.ts';
import type { Db } from '#db/db.ts';
import { toInstant } from '#std/time.ts';
import { onEveryDatabase } from '#test/kit/databases.ts';
import { allows, SCOPES } from './scopes.ts';
import { ANN, accessPorts, BOB } from './testing.ts';
import { createApiToken, findApiToken, listApiTokens, revokeApiToken } from './token-store.ts';
import { createUser } from './user-store.ts';

const prepare = async (db: Db) => {
  const ports = accessPorts(db);
  return { ports, ann: await createUser(ports, ANN), bob: await createUser(ports, BOB) };
};

onEveryDatabase('API tokens', (fresh) => {
  test('a token is found by its text, which is not stored', async () => {
    await using t = await fresh();
    const { ports, ann } = await prepare(t.db);
    const { token, record } = await createApiToken(ports, {
      userId: ann.id,
      name: 'Script',
      scopes: ['act'],
    });
    expect(token).toMatch(/^ashford_[\w-]{43}$/);
    expect(await findApiToken(ports, token)).toEqual({ ...record, lastUsedAt: ports.clock.now() });
    expect(JSON.stringify(await t.db.all('select * from api_tokens'))).not.toContain(token.slice(8));
    for (const wrong of [token.slice(8), `${token}x`, '', 'ashford_']) {
      expect(await findApiToken(ports, wrong)).toBeUndefined();
    }
  });

  test('when it was used is noted to the minute', async () => {
    await using t = await fresh();
    const { ports, ann } = await prepare(t.db);
    const { token } = await createApiToken(ports, { userId: ann.id, name: 'x', scopes: [] });
    const first = (await findApiToken(ports, token))?.lastUsedAt;
    ports.clock.advance(59_999);
    expect((await findApiToken(ports, token))?.lastUsedAt).toBe(first);
    ports.clock.advance(1);
    expect((await findApiToken(ports, token))?.lastUsedAt).toBe(ports.clock.now());
    expect((await listApiTokens(ports, t.db, ann.id))[0]?.lastUsedAt).toBe(ports.clock.now());
  });

  test('a token ends on time or when its own user revokes it', async () => {
    await using t = await fresh();
    const { ports, ann, bob } = await prepare(t.db);
    const expiresAt = toInstant(ports.clock.ms() + 1000);
    const short = await createApiToken(ports, { userId: ann.id, name: 'short', scopes: ['read'], expiresAt });
    const long = await createApiToken(ports, { userId: ann.id, name: 'long', scopes: ['read'] });
    ports.clock.advance(999);
    expect(await findApiToken(ports, short.token)).toBeDefined();
    ports.clock.advance(1);
    expect(await findApiToken(ports, short.token)).toBeUndefined();
    expect(await revokeApiToken(ports, bob.id, long.record.id)).toBe(false);
    expect((await listApiTokens(ports, t.db, ann.id)).map(({ name }) => name)).toEqual(['long']);
    expect(await revokeApiToken(ports, ann.id, long.record.id)).toBe(true);
    expect(await findApiToken(ports, long.token)).toBeUndefined();
  });

  test('a user has so many tokens and no more', async () => {
    await using t = await fresh();
    const { ports, ann } = await prepare(t.db);
    const create = () => createApiToken(ports, { userId: ann.id, name: 'x', scopes: ['read'] });
    for (let n = 1; n < API_TOKENS_PER_USER; n++) await create();
    const last = await create();
    await expect(create()).rejects.toMatchObject({ code: 'access.too-many-tokens', kind: 'limit' });
    await revokeApiToken(ports, ann.id, last.record.id);
    await create();
  });
});

test('a scope includes those before it', () => {
  for (const [i, held] of SCOPES.entries()) {
    for (const [j, needed] of SCOPES.entries()) expect(allows([held], needed)).toBe(j <= i);
  }
  expect(allows([], 'read')).toBe(false);
});
