import { createHash } from 'node:crypto';
import { SMALL_PAGE_POLICY } from './headers.ts';

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

export const SMALL_PAGE_CSS = `:root{color-scheme:light dark}
body{margin:0;min-height:100vh;display:grid;place-items:center;font:16px/1.5 ui-sans-serif,system-ui,sans-serif}
main{max-width:26rem;padding:2rem}
h1{font-size:1.4rem;margin:0 0 .5rem}
form{margin-top:1.5rem}
label{display:block;margin:.75rem 0 .25rem}
input{box-sizing:border-box;width:100%;min-height:2.5rem;padding:.25rem .6rem;font:inherit}
button{width:100%;min-height:2.75rem;margin-top:1rem;font:inherit;font-weight:600}
code{font-family:ui-monospace,monospace}
[role=alert]{border-left:4px solid;padding:.25rem .75rem}
`;

const STYLE_VERSION = createHash('sha256').update(SMALL_PAGE_CSS).digest('hex').slice(0, 12);
export const SMALL_PAGE_CSS_PATH = '/sign-in.css';

const page = (body: string, status: number): Response =>
  new Response(
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sign in · Ashford</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">
<link rel="stylesheet" href="${SMALL_PAGE_CSS_PATH}?v=${STYLE_VERSION}"></head><body><main>${body}</main></body></html>`,
    {
      status,
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': SMALL_PAGE_POLICY,
        // With no referrer at all a browser hides the origin of a form, by which we know that it is ours.
        'referrer-policy': 'same-origin',
        'cache-control': 'no-store',
      },
    },
  );

const alert = (problem: string | undefined): string =>
  problem === undefined ? '' : `<p role="alert">${escaped(problem)}</p>`;

/**
 * What a sign-in link opens. Opening it changes nothing, so that whatever looks at links before a person does can't use it
 * up; the button does.
 */
export const linkPage = (token: string): Response =>
  page(
    `<h1>Sign in to Ashford</h1><p>This link works once, in the browser where you press the button.</p>
<form method="post" action="/sign-in"><input type="hidden" name="token" value="${escaped(token)}">
<button type="submit" autofocus>Sign in</button></form>`,
    200,
  );

/** Asks for a password where the owner has one, and says how to get a link. */
export const passwordPage = (o: { hasPassword: boolean; problem?: string; status?: number }): Response =>
  page(
    `<h1>Sign in to Ashford</h1>${alert(o.problem)}
<p>Run <code>ashford open</code> on the machine that Ashford runs on and open the link it prints.</p>${
      o.hasPassword
        ? `<form method="post" action="/sign-in"><label for="email">Address (may stay empty for the owner)</label>
<input id="email" name="email" type="email" autocomplete="username">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<button type="submit">Sign in</button></form>`
        : ''
    }`,
    o.status ?? 200,
  );
