import { expect, test } from 'vitest';
import { createSignInLink } from '#access/session-store.ts';
import { setPassword } from '#access/sign-in.ts';
import { type TestApp, testApp } from '#test/kit/test-app.ts';

const post = (url: string, form: Record<string, string>, headers: Record<string, string> = {}) =>
  fetch(`${url}/sign-in`, { method: 'POST', redirect: 'manual', body: new URLSearchParams(form), headers });

const linkOf = async ({ app }: TestApp): Promise<string> =>
  (await createSignInLink(app.access, app.owner.id)).token;

test('opening a link changes nothing; the button signs in, once', async () => {
  await using app = await testApp();
  const { url } = await app.serve();
  const token = await linkOf(app);
  for (let i = 0; i < 3; i++) {
    const page = await fetch(`${url}/sign-in?token=${token}`);
    expect(page.status).toBe(200);
    expect(await page.text()).toContain(`value="${token}"`);
    expect(page.headers.get('set-cookie')).toBeNull();
  }
  const done = await post(url, { token }, { origin: url });
  expect(done.status).toBe(303);
  expect(done.headers.get('location')).toBe('/');
  const cookie = done.headers.get('set-cookie') ?? '';
  expect(cookie).toMatch(/^ashford_\d+=[\w-]+; Max-Age=\d+; Path=\/; HttpOnly; SameSite=Strict$/);
  const session = { cookie: cookie.split(';')[0] ?? '' };
  expect((await fetch(`${url}/api/labels`, { headers: session })).status).toBe(200);
  const again = await post(url, { token });
  expect(again.status).toBe(401);
  expect(await again.text()).toContain('used already');
});

test('signing out ends the session', async () => {
  await using app = await testApp();
  const { url, cookie } = await app.serve();
  const headers = { cookie, origin: url };
  expect((await fetch(`${url}/api/sessions`, { headers })).status).toBe(200);
  const out = await fetch(`${url}/api/sign-out`, { method: 'POST', headers });
  expect(out.status).toBe(204);
  expect(out.headers.get('set-cookie')).toContain('Max-Age=0');
  expect((await fetch(`${url}/api/sessions`, { headers })).status).toBe(401);
});

test('an owner with a password signs in with it, and guesses are limited', async () => {
  await using app = await testApp();
  const { url } = await app.serve();
  expect(await (await fetch(`${url}/sign-in`)).text()).not.toContain('type="password"');
  await setPassword(app.app.access, app.app.owner.id, { password: 'correct horse battery' });
  expect(await (await fetch(`${url}/sign-in`)).text()).toContain('type="password"');
  expect((await post(url, { password: 'correct horse battery' })).status).toBe(303);
  const answers: number[] = [];
  for (let i = 0; i < 12; i++) answers.push((await post(url, { password: 'wrong' })).status);
  expect(answers[0]).toBe(401);
  expect(answers.at(-1)).toBe(429);
});

test('what a link says is never taken for HTML', async () => {
  await using app = await testApp();
  const { url } = await app.serve();
  const page = await (
    await fetch(`${url}/sign-in?token=${encodeURIComponent('"><script>x</script>')}`)
  ).text();
  expect(page).not.toContain('<script>');
});

test('without a password it does not listen to the network', async () => {
  await using app = await testApp({ settings: { 'app.host': '0.0.0.0' } });
  await expect(app.serve()).rejects.toMatchObject({ code: 'http.no-password' });
  await setPassword(app.app.access, app.app.owner.id, { password: 'correct horse battery' });
  await expect(app.serve()).resolves.toBeDefined();
});

test('a port that is taken is named, with the cure', async () => {
  await using first = await testApp();
  const { url } = await first.serve();
  await using second = await testApp({ settings: { 'app.port': Number(new URL(url).port) } });
  await expect(second.serve()).rejects.toMatchObject({
    code: 'http.port-in-use',
    help: expect.stringMatching(/APP_PORT=\d+/),
  });
});
