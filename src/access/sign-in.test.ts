import { expect, test } from 'vitest';
import {
  SIGN_IN_ATTEMPTS,
  SIGN_IN_ATTEMPTS_ALL,
  SIGN_IN_SOURCES,
  SIGN_IN_WINDOW_MS,
} from '#config/limits.ts';
import { ManualClock } from '#std/clock.ts';
import { seededRandom } from '#std/random.ts';
import { testDatabase } from '#test/kit/databases.ts';
import { signInAttempts } from './attempts.ts';
import { hashPassword, verifyPassword } from './password.ts';
import { createSignInLink, findSession } from './session-store.ts';
import { setPassword, signInWithLink, signInWithPassword } from './sign-in.ts';
import { ANN, accessPorts } from './testing.ts';
import { createUser, findUser } from './user-store.ts';

const PASSWORD = 'correct horse';
const from = (source: string) => ({ source, userAgent: 'Browser/1' });
const tooMany = expect.objectContaining({ code: 'access.too-many-attempts', kind: 'limit' });

test('a password is the same however its characters were typed, and nothing else is it', async () => {
  const hash = await hashPassword('gr\u00fcne Wiese', seededRandom(1));
  expect(await verifyPassword('gru\u0308ne Wiese', hash)).toBe(true);
  expect(await verifyPassword('grune Wiese', hash)).toBe(false);
  expect(await verifyPassword('', hash)).toBe(false);
  expect(hash).not.toBe(await hashPassword('gr\u00fcne Wiese', seededRandom(2)));
});

test('a short or endless password is refused', async () => {
  for (const password of ['123456789', 'x'.repeat(1025)]) {
    await expect(hashPassword(password, seededRandom(1))).rejects.toMatchObject({
      code: 'access.weak-password',
    });
  }
});

test('no stored hash, or a damaged one, is no password', async () => {
  const damaged = [null, undefined, '', 'x', '$scrypt$ln=31,r=99,p=99$AA$AA', '$scrypt$ln=15,r=8,p=3$AA$AA'];
  for (const stored of damaged) expect(await verifyPassword('', stored)).toBe(false);
});

test('a password signs in, a wrong one does not, and neither tells who is known', async () => {
  await using t = await testDatabase();
  const access = accessPorts(t.db);
  const ports = { ...access, attempts: signInAttempts(access.clock) };
  const ann = await createUser(ports, ANN);
  const refused = { code: 'access.wrong-password', message: 'The address or the password is wrong' };
  const signIn = (email: string, password: string) =>
    signInWithPassword(ports, { email, password }, from('1.2.3.4'));
  await expect(signIn(ANN.email, PASSWORD)).rejects.toMatchObject(refused);
  await setPassword(ports, ann.id, { password: PASSWORD });
  await expect(signIn(ANN.email, 'correct house')).rejects.toMatchObject(refused);
  await expect(signIn('nobody@mail.example', PASSWORD)).rejects.toMatchObject(refused);
  const session = await signIn('ann@MAIL.example', PASSWORD);
  expect(await findSession(ports, session.token)).toMatchObject({ userId: ann.id, userAgent: 'Browser/1' });
});

test('a new password ends the sessions of the old one, and the same one again ends nothing', async () => {
  await using t = await testDatabase();
  const access = accessPorts(t.db);
  const ports = { ...access, attempts: signInAttempts(access.clock) };
  const ann = await createUser(ports, ANN);
  await setPassword(ports, ann.id, { password: PASSWORD });
  const signIn = () => signInWithPassword(ports, { email: ANN.email, password: PASSWORD }, from('::1'));
  const [old, own] = [await signIn(), await signIn()];
  await setPassword(ports, ann.id, { password: PASSWORD });
  expect(await findSession(ports, old.token)).toBeDefined();
  await setPassword(ports, ann.id, { password: null, keepSession: own.id });
  expect(await findSession(ports, old.token)).toBeUndefined();
  expect(await findSession(ports, own.token)).toBeDefined();
  expect((await findUser(t.db, ann.id))?.hasPassword).toBe(false);
  await expect(signIn()).rejects.toMatchObject({ code: 'access.wrong-password' });
  await expect(setPassword(ports, 'nobody', { password: PASSWORD })).rejects.toMatchObject({
    code: 'access.no-user',
  });
});

test('guessing at links is limited as guessing at passwords is', async () => {
  await using t = await testDatabase();
  const access = accessPorts(t.db);
  const ports = { ...access, attempts: signInAttempts(access.clock) };
  const ann = await createUser(ports, ANN);
  const { token } = await createSignInLink(ports, ann.id);
  for (let n = 0; n < SIGN_IN_ATTEMPTS; n++) {
    await expect(signInWithLink(ports, `guess ${n}`, from('a'))).rejects.toMatchObject({
      code: 'access.bad-link',
    });
  }
  await expect(signInWithLink(ports, token, from('a'))).rejects.toEqual(tooMany);
  expect((await signInWithLink(ports, token, from('b'))).userId).toBe(ann.id);
});

test('a source that fails too often waits out the window, and success forgives', () => {
  const clock = new ManualClock();
  const attempts = signInAttempts(clock);
  for (let n = 1; n < SIGN_IN_ATTEMPTS; n++) attempts.begin('a');
  attempts.begin('a')();
  for (let n = 0; n < SIGN_IN_ATTEMPTS; n++) attempts.begin('a');
  clock.advance(1000);
  expect(() => attempts.begin('a')).toThrow(
    expect.objectContaining({ retryAfterMs: SIGN_IN_WINDOW_MS - 1000 }),
  );
  attempts.begin('b');
  clock.advance(SIGN_IN_WINDOW_MS - 1000);
  attempts.begin('a');
});

test('many sources together are limited too', () => {
  const clock = new ManualClock();
  const attempts = signInAttempts(clock);
  for (let n = 0; n < SIGN_IN_ATTEMPTS_ALL; n++) attempts.begin(`source ${n}`);
  expect(() => attempts.begin('another')).toThrow(tooMany);
  clock.advance(SIGN_IN_WINDOW_MS);
  attempts.begin('another');
});

test('sign-ins that go well are not counted, however many sources there are', () => {
  const attempts = signInAttempts(new ManualClock());
  for (let n = 0; n < SIGN_IN_SOURCES + 100; n++) attempts.begin(`source ${n}`)();
});
