import { expect, test } from 'vitest';
import { z } from 'zod';
import { onEveryDatabase } from '#test/kit/databases.ts';
import { ANN, accessPorts, BOB } from './testing.ts';
import { userSchema } from './user.ts';
import { createUser, ensureOwner, findOwner, findPasswordHash, findUser, updateUser } from './user-store.ts';

onEveryDatabase('Users', (fresh) => {
  test('the owner is made once, however many ask at the same moment', async () => {
    await using t = await fresh();
    expect(await findOwner(t.db)).toBeUndefined();
    const ports = accessPorts(t.db);
    const owners = await Promise.all(Array.from({ length: 5 }, () => ensureOwner(ports, ANN)));
    expect(new Set(owners.map(({ id }) => id)).size).toBe(1);
    ports.clock.advance(1000);
    await createUser(ports, BOB);
    expect(await findOwner(t.db)).toEqual(owners[0]);
    expect(await ensureOwner(ports, BOB)).toEqual(owners[0]);
  });

  test('what is stored is what the public model holds, and comes back from JSON the same', async () => {
    await using t = await fresh();
    const made = await createUser(accessPorts(t.db), { ...ANN, locale: 'de-DE' });
    const found = await findUser(t.db, made.id);
    expect(found).toEqual(made);
    expect(userSchema.parse(JSON.parse(JSON.stringify(found)))).toEqual(made);
    expect(made).toMatchObject({
      email: 'ann@mail.example',
      locale: 'de-DE',
      hasPassword: false,
      preferences: {},
    });
  });

  test('an address belongs to one user, whatever its case', async () => {
    await using t = await fresh();
    const ports = accessPorts(t.db);
    await createUser(ports, ANN);
    const bob = await createUser(ports, BOB);
    await expect(createUser(ports, { ...BOB, email: 'ANN@MAIL.EXAMPLE' })).rejects.toMatchObject({
      code: 'access.user-exists',
    });
    await expect(updateUser(ports, bob.id, { email: 'Ann@mail.example' })).rejects.toMatchObject({
      code: 'access.user-exists',
    });
    expect(await findPasswordHash(t.db, ' BOB@mail.example')).toEqual({ userId: bob.id, hash: null });
  });

  test('a change leaves the rest as it was', async () => {
    await using t = await fresh();
    const ports = accessPorts(t.db);
    const ann = await createUser(ports, ANN);
    const bob = await createUser(ports, BOB);
    ports.clock.advance(5000);
    const changed = await updateUser(ports, ann.id, { displayName: 'A.', preferences: { theme: 'dark' } });
    expect(changed).toEqual({
      ...ann,
      displayName: 'A.',
      preferences: { theme: 'dark' },
      updatedAt: ports.clock.now(),
    });
    expect(await findUser(t.db, bob.id)).toEqual(bob);
    await expect(updateUser(ports, 'nobody', {})).rejects.toMatchObject({ code: 'access.no-user' });
  });
});

test('the public model refuses what it does not know, and names the field', () => {
  const read = userSchema.safeParse({ id: 'u', passwordHash: 'x' });
  expect(read.error && z.prettifyError(read.error)).toMatch(/passwordHash[\s\S]*displayName/);
});
