import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answerWebFile, loadWebFiles } from './web-files.ts';

let folder: string;
const PAGE =
  "<!doctype html><meta http-equiv=\"content-security-policy\" content=\"default-src 'none'; script-src 'self' 'sha256-x'\">";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ashford-web-'));
  mkdirSync(join(folder, 'build', '_app', 'immutable'), { recursive: true });
  const put = (name: string, text: string) => writeFileSync(join(folder, 'build', name), text);
  put('index.html', PAGE);
  put('index.html.br', 'packed page');
  put('_app/immutable/a.js', 'code');
  put('secret.env', 'not served');
  writeFileSync(join(folder, 'outside.js'), 'outside');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const get = async (path: string, headers: Record<string, string> = {}) =>
  answerWebFile(
    await loadWebFiles(join(folder, 'build')),
    new Request(`http://127.0.0.1${path}`, { headers }),
  );

test('any path of the app answers its one page, with its own policy and no frames around it', async () => {
  for (const path of ['/', '/inbox', '/rules/new']) {
    const answer = await get(path);
    expect(await answer?.text()).toBe(PAGE);
    expect(answer?.headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self' 'sha256-x'; frame-ancestors 'none'",
    );
    expect(answer?.headers.get('cache-control')).toBe('no-cache');
  }
});

test('the packed form goes to who takes it, and nothing to who has it', async () => {
  const packed = await get('/', { 'accept-encoding': 'gzip, br;q=0.9' });
  expect(packed?.headers.get('content-encoding')).toBe('br');
  expect(await packed?.text()).toBe('packed page');
  expect((await get('/', { 'accept-encoding': 'br;q=0' }))?.headers.get('content-encoding')).toBeNull();
  const etag = packed?.headers.get('etag') ?? '';
  expect((await get('/', { 'if-none-match': etag }))?.status).toBe(304);
});

test('files named by what is in them are kept for ever', async () => {
  const answer = await get('/_app/immutable/a.js');
  expect(answer?.headers.get('cache-control')).toContain('immutable');
  expect(answer?.headers.get('content-type')).toContain('text/javascript');
});

test.each([
  '/_app/immutable/gone.js',
  '/secret.env',
  '/..%2foutside.js',
  '/../outside.js',
  '/%2e%2e/outside.js',
  '/index.html.br',
])('%s leads nowhere', async (path) => {
  expect(await get(path)).toBeNull();
});

test('without a built app the page says what to do', async () => {
  const files = await loadWebFiles(join(folder, 'nothing'));
  const answer = answerWebFile(files, new Request('http://127.0.0.1/'));
  expect(answer?.status).toBe(503);
  expect(await answer?.text()).toContain('npm run build');
});
