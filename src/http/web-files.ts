import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pagePolicy } from './headers.ts';

/** Where `npm run build` puts the web app. */
export const WEB_BUILD = fileURLToPath(new URL('../../web/build/', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};

/** How a file lies beside itself in compressed form, best first. */
const ENCODINGS = [
  { name: 'br', ending: '.br' },
  { name: 'gzip', ending: '.gz' },
] as const;

interface WebFile {
  type: string;
  etag: string;
  /** Its name holds a hash of what is in it. */
  immutable: boolean;
  plain: Uint8Array<ArrayBuffer>;
  packed: { name: string; bytes: Uint8Array<ArrayBuffer> }[];
  policy: string | null;
}

type WebFiles = ReadonlyMap<string, WebFile>;

const readAll = async (folder: string): Promise<Map<string, Uint8Array<ArrayBuffer>>> => {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []);
  const files = entries.filter((e) => e.isFile());
  const read = files.map(async (e): Promise<[string, Uint8Array<ArrayBuffer>]> => {
    const path = join(e.parentPath, e.name);
    const url = `/${path.slice(folder.length).replaceAll('\\', '/').replace(/^\/+/, '')}`;
    return [url, new Uint8Array(await readFile(path))];
  });
  return new Map(await Promise.all(read));
};

/**
 * The web app, read once into memory: it is small, and a request can name nothing that is not in it. Empty when it was
 * never built.
 */
export const loadWebFiles = async (folder: string): Promise<WebFiles> => {
  const raw = await readAll(folder);
  const files = new Map<string, WebFile>();
  for (const [url, plain] of raw) {
    const type = TYPES[extname(url)];
    if (type === undefined) continue;
    files.set(url, {
      type,
      etag: `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`,
      immutable: url.startsWith('/_app/immutable/'),
      plain,
      packed: ENCODINGS.flatMap(({ name, ending }) => {
        const bytes = raw.get(url + ending);
        return bytes ? [{ name, bytes }] : [];
      }),
      policy: type.startsWith('text/html') ? pagePolicy(new TextDecoder().decode(plain)) : null,
    });
  }
  return files;
};

const accepts = (header: string | null, encoding: string): boolean =>
  (header ?? '').split(',').some((part) => {
    const [name, ...rest] = part.trim().split(';');
    return name?.trim() === encoding && !rest.some((r) => /^\s*q=0(\.0*)?\s*$/.test(r));
  });

const answer = (file: WebFile, request: Request): Response => {
  const headers = new Headers({
    'content-type': file.type,
    etag: file.etag,
    vary: 'accept-encoding',
    'cache-control': file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
  });
  if (file.policy !== null) headers.set('content-security-policy', file.policy);
  if (request.headers.get('if-none-match') === file.etag) return new Response(null, { status: 304, headers });
  const packed = file.packed.find((p) => accepts(request.headers.get('accept-encoding'), p.name));
  if (packed) headers.set('content-encoding', packed.name);
  return new Response((packed?.bytes ?? file.plain) as Uint8Array<ArrayBuffer>, { headers });
};

const NOT_BUILT =
  '<!doctype html><html lang="en"><meta charset="utf-8"><title>Ashford</title>' +
  '<h1>The web app is not built</h1><p>Run <code>npm run build</code> in the program\u2019s folder and load this page again. ' +
  'The API works without it: see <a href="/api/docs">/api/docs</a>.</p></html>';

/** A file, or the app's one page for any other path that a browser opens. null: let the request be not found. */
export const answerWebFile = (files: WebFiles, request: Request): Response | null => {
  const { pathname } = new URL(request.url);
  const file = files.get(pathname);
  if (file) return answer(file, request);
  if (pathname.startsWith('/_app/') || extname(pathname) !== '') return null;
  const page = files.get('/index.html');
  if (page) return answer(page, request);
  return new Response(NOT_BUILT, { status: 503, headers: { 'content-type': 'text/html; charset=utf-8' } });
};
