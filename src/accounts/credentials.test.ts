import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { ensureOwner } from '#access/user-store.ts';
import type { Db } from '#db/db.ts';
import { systemClock } from '#std/clock.ts';
import { idMaker } from '#std/ids.ts';
import { systemRandom } from '#std/random.ts';
import { onEveryDatabase, testDatabase } from '#test/kit/databases.ts';
import { findCredential, keyIdInUse } from './credential-store.ts';
import { type Credentials, credentialsOf } from './credentials.ts';
import { type EncryptionKeys, encryptionKeys } from './encryption-keys.ts';
import { type KeyPlace, keyFile } from './key-place.ts';
import { rotateKey } from './rotate-key.ts';
import { encryptionKeyOf, seal, unseal } from './seal.ts';
import { createAccount } from './store.ts';

const folders: string[] = [];
const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'ashford-keys-'));
  folders.push(made);
  return made;
};
afterEach(() => {
  for (const one of folders.splice(0)) rmSync(one, { recursive: true, force: true });
});

const ports = (db: Db, keys: EncryptionKeys) => ({
  db,
  clock: systemClock,
  random: systemRandom,
  newId: idMaker(systemClock, systemRandom),
  keys,
});

const fileKeys = (file: string): EncryptionKeys => encryptionKeys({ place: keyFile(file, systemRandom) });

interface Setup {
  p: ReturnType<typeof ports>;
  credentials: Credentials;
  userId: string;
  ids: string[];
  file: string;
  put(accountId: string, field: string, value: string): Promise<void>;
}

const setUp = async (db: Db, o: { keys?: EncryptionKeys; accounts?: number } = {}): Promise<Setup> => {
  const file = join(folder(), 'config', 'encryption.key');
  const p = ports(db, o.keys ?? fileKeys(file));
  const owner = { email: 'owner@localhost', displayName: 'Owner', timeZone: 'UTC' };
  const access = { tokenHash: String, lifetimes: { linkMs: 0, sessionMs: 0 } };
  const { id: userId } = await ensureOwner({ ...p, ...access }, owner);
  const ids: string[] = [];
  for (let i = 0; i < (o.accounts ?? 2); i++) {
    const made = { userId, provider: 'local', email: `box ${i}`, displayName: `box ${i}` };
    ids.push((await createAccount(p, made)).id);
  }
  const credentials = credentialsOf(p);
  const put = (accountId: string, field: string, value: string) =>
    credentials.storing((_, sealer) => sealer.put({ accountId, userId, field, value }));
  return { p, credentials, userId, ids, file, put };
};

onEveryDatabase('stored credentials', (fresh) => {
  test('what was stored is read, renewed under another version, and is not there in clear', async () => {
    await using t = await fresh();
    const { credentials, ids, put } = await setUp(t.db);
    const [a = ''] = ids;
    await put(a, 'password', 'correct horse');
    const first = await credentials.read(a, 'password');
    expect(first?.value).toBe('correct horse');
    await put(a, 'password', 'battery staple');
    const second = await credentials.read(a, 'password');
    expect(second?.value).toBe('battery staple');
    expect(second?.version).not.toBe(first?.version);
    expect(await credentials.read(a, 'token')).toBeUndefined();
    const row = await findCredential(t.db, a, 'password');
    expect(Buffer.from(row?.ciphertext ?? []).includes('battery')).toBe(false);
  });

  test.each([
    [
      'its ciphertext was changed',
      "update credentials set ciphertext = $1 where account_id = $2 and field = 'a'",
    ],
    ['its nonce was changed', "update credentials set nonce = $1 where account_id = $2 and field = 'a'"],
  ])('a row is refused when %s', async (_, sql) => {
    await using t = await fresh();
    const { credentials, ids, put } = await setUp(t.db);
    const [a = ''] = ids;
    await put(a, 'a', 'secret');
    const row = await findCredential(t.db, a, 'a');
    const old = Buffer.from((sql.includes('nonce =') ? row?.nonce : row?.ciphertext) ?? []);
    for (const at of [0, old.length - 1]) {
      const changed = Buffer.from(old);
      changed[at] = (changed[at] ?? 0) ^ 1;
      await t.db.write((tx) => tx.run(sql, [changed, a]));
      await expect(credentials.read(a, 'a')).rejects.toMatchObject({
        kind: 'needs-user',
        code: 'accounts.credential-damaged',
      });
    }
  });

  test('a row that was moved to another account or field is refused', async () => {
    await using t = await fresh();
    const { credentials, ids, put } = await setUp(t.db);
    const [a = '', b = ''] = ids;
    await put(a, 'password', 'of the first');
    const move = 'update credentials set account_id = $1, field = $2 where account_id = $3 and field = $4';
    const refused = { code: 'accounts.credential-damaged' };
    await t.db.write((tx) => tx.run(move, [b, 'password', a, 'password']));
    await expect(credentials.read(b, 'password')).rejects.toMatchObject(refused);
    await t.db.write((tx) => tx.run(move, [a, 'token', b, 'password']));
    await expect(credentials.read(a, 'token')).rejects.toMatchObject(refused);
    await t.db.write((tx) => tx.run(move, [a, 'password', a, 'token']));
    expect((await credentials.read(a, 'password'))?.value).toBe('of the first');
  });

  test('after a change of keys everything is read, also by a program that ran meanwhile, and the old key is gone', async () => {
    await using t = await fresh();
    const { p, credentials, ids, file, put, userId } = await setUp(t.db);
    const [a = '', b = ''] = ids;
    await put(a, 'password', 'one');
    await put(b, 'password', 'two');
    const before = readFileSync(file, 'utf8');
    const running = credentialsOf(ports(t.db, fileKeys(file)));
    expect((await running.read(a, 'password'))?.value).toBe('one');
    const rotated = await rotateKey({ ...p, keys: fileKeys(file) }, { userId, channel: 'cli' });
    expect(rotated.credentials).toBe(2);
    expect(await keyIdInUse(t.db)).toBe(rotated.to);
    expect(readFileSync(file, 'utf8')).not.toBe(before);
    expect(existsSync(`${file}.next`)).toBe(false);
    for (const one of [running, credentials]) {
      expect((await one.read(a, 'password'))?.value).toBe('one');
      expect((await one.read(b, 'password'))?.value).toBe('two');
    }
    await running.storing((_, sealer) =>
      sealer.put({ accountId: a, userId, field: 'password', value: 'three' }),
    );
    expect((await findCredential(t.db, a, 'password'))?.key_id).toBe(rotated.to);
    expect((await credentials.read(a, 'password'))?.value).toBe('three');
  });

  test('whoever stores while the keys change stores with the new one, and all stays readable', async () => {
    await using t = await fresh();
    const { p, ids, file, put, userId } = await setUp(t.db);
    const [a = ''] = ids;
    await put(a, 'field 0', 'value 0');
    const writers = Array.from({ length: 6 }, (_, i) =>
      credentialsOf(ports(t.db, fileKeys(file))).storing((_tx, sealer) =>
        sealer.put({ accountId: a, userId, field: `field ${i}`, value: `value ${i}` }),
      ),
    );
    const rotations = [1, 2].map(() => rotateKey({ ...p, keys: fileKeys(file) }, { userId, channel: 'cli' }));
    await Promise.all([...writers, ...rotations]);
    const late = credentialsOf(ports(t.db, fileKeys(file)));
    for (let i = 0; i < 6; i++) expect((await late.read(a, `field ${i}`))?.value).toBe(`value ${i}`);
    const rows = await t.db.all<{ n: number }>('select count(distinct key_id) as n from credentials');
    expect(Number(rows[0]?.n)).toBe(1);
  });
});

/** A place whose `next` steps die, as a process does. */
const dying = (place: KeyPlace, step: 'make' | 'made' | 'promote' | 'promoted'): KeyPlace => ({
  ...place,
  make: async (name) => {
    if (step === 'make') throw new Error('killed');
    const made = await place.make(name);
    if (step === 'made') throw new Error('killed');
    return made;
  },
  promote: async () => {
    if (step === 'promote') throw new Error('killed');
    await place.promote();
    if (step === 'promoted') throw new Error('killed');
  },
});

test.each(['make', 'made', 'promote', 'promoted'] as const)(
  'a change of keys that was killed at "%s" leaves everything readable, and the next one ends it',
  async (step) => {
    await using t = await testDatabase();
    const { p, ids, file, put, userId } = await setUp(t.db);
    const [a = ''] = ids;
    await put(a, 'password', 'kept');
    const place = keyFile(file, systemRandom);
    const broken = { ...p, keys: encryptionKeys({ place: dying(place, step) }) };
    await expect(rotateKey(broken, { userId, channel: 'cli' })).rejects.toThrow('killed');
    const reader = () => credentialsOf(ports(t.db, fileKeys(file))).read(a, 'password');
    expect((await reader())?.value).toBe('kept');
    await rotateKey({ ...p, keys: fileKeys(file) }, { userId, channel: 'cli' });
    expect((await reader())?.value).toBe('kept');
    expect(existsSync(`${file}.next`)).toBe(false);
    expect(await keyIdInUse(t.db)).toBe(encryptionKeyOf(readFileSync(file, 'utf8').trim()).id);
  },
);

test('the key is made when the first credential is stored, for its owner alone', async () => {
  await using t = await testDatabase();
  const { credentials, ids, file, put } = await setUp(t.db);
  const [a = ''] = ids;
  expect(await credentials.read(a, 'password')).toBeUndefined();
  expect(existsSync(file)).toBe(false);
  await put(a, 'password', 'x');
  if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('a key file that others may read is not used: work waits until it is for its owner alone', async () => {
  await using t = await testDatabase();
  const { ids, file, put } = await setUp(t.db);
  const [a = ''] = ids;
  await put(a, 'password', 'x');
  chmodSync(file, 0o644);
  const late = credentialsOf(ports(t.db, fileKeys(file)));
  await expect(late.read(a, 'password')).rejects.toMatchObject({
    kind: 'needs-user',
    code: 'accounts.key-file',
    help: expect.stringContaining('chmod 600'),
  });
  chmodSync(file, 0o600);
  expect((await late.read(a, 'password'))?.value).toBe('x');
});

test('a key that is gone is not replaced by another: work waits until it is back', async () => {
  await using t = await testDatabase();
  const { ids, file, put, userId } = await setUp(t.db);
  const [a = ''] = ids;
  await put(a, 'password', 'x');
  const key = readFileSync(file, 'utf8');
  rmSync(file);
  const late = credentialsOf(ports(t.db, fileKeys(file)));
  const missing = { kind: 'needs-user', code: 'accounts.key-missing' };
  const cure = expect.stringMatching(/encryption\.key\. Put the right file back/);
  await expect(late.read(a, 'password')).rejects.toMatchObject({ ...missing, help: cure });
  await expect(
    late.storing((_, sealer) => sealer.put({ accountId: a, userId, field: 'other', value: 'y' })),
  ).rejects.toMatchObject(missing);
  expect(existsSync(file)).toBe(false);
  const { writeFileSync } = await import('node:fs');
  writeFileSync(file, key, { mode: 0o600 });
  expect((await late.read(a, 'password'))?.value).toBe('x');
});

test('a key of the settings is changed by giving the new one, and the old one until everything is encrypted anew', async () => {
  await using t = await testDatabase();
  const file = join(folder(), 'encryption.key');
  const place = keyFile(file, systemRandom);
  const [one, two] = ['the first key of the settings', 'the second key of the settings'];
  const { p, ids, put, userId } = await setUp(t.db, { keys: encryptionKeys({ configured: one, place }) });
  const [a = ''] = ids;
  await put(a, 'password', 'x');
  const alone = credentialsOf(ports(t.db, encryptionKeys({ configured: two, place })));
  await expect(alone.read(a, 'password')).rejects.toMatchObject({ code: 'accounts.key-missing' });
  const both = encryptionKeys({ configured: two, previous: one, place });
  expect((await credentialsOf(ports(t.db, both)).read(a, 'password'))?.value).toBe('x');
  const rotated = await rotateKey({ ...p, keys: both }, { userId, channel: 'cli' });
  expect(rotated).toMatchObject({
    credentials: 1,
    to: encryptionKeyOf(two).id,
    place: 'auth.encryption_key',
  });
  expect((await alone.read(a, 'password'))?.value).toBe('x');
  expect(existsSync(file)).toBe(false);
});

test('a key of the settings that is too short to encrypt with is refused', async () => {
  await using t = await testDatabase();
  const place = keyFile(join(folder(), 'k'), systemRandom);
  const { ids, put } = await setUp(t.db, { keys: encryptionKeys({ configured: 'short', place }) });
  await expect(put(ids[0] ?? '', 'password', 'x')).rejects.toMatchObject({ code: 'accounts.key-short' });
});

test('a key prints nothing of itself, and its id tells nothing of it', () => {
  const secret = 'a secret of the settings';
  const key = encryptionKeyOf(secret);
  expect(JSON.stringify(key)).toBe(JSON.stringify({ id: key.id }));
  expect(Object.keys(key)).toEqual(['id']);
  expect(key.id).toMatch(/^[0-9a-f]{16}$/);
  expect(key.bytes).toHaveLength(32);
});

test('whatever is sealed opens with its key at its place, and nowhere else', () => {
  const key = encryptionKeyOf('one');
  const other = encryptionKeyOf('two');
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.array(fc.string(), { maxLength: 3 }),
      fc.array(fc.string(), { maxLength: 3 }),
      (given, place, elsewhere) => {
        const text = given.toWellFormed();
        const sealed = seal(key, systemRandom, { text, place });
        expect(unseal(key, sealed, place)).toBe(text);
        expect(unseal(other, sealed, place)).toBeUndefined();
        if (JSON.stringify(place) !== JSON.stringify(elsewhere))
          expect(unseal(key, sealed, elsewhere)).toBeUndefined();
        expect(unseal(key, { ...sealed, ciphertext: sealed.ciphertext.subarray(1) }, place)).toBeUndefined();
      },
    ),
  );
});
