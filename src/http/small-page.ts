import { createHash } from 'node:crypto';
import { SMALL_PAGE_POLICY } from './headers.ts';

/** The style of pages that are no part of the web app. */
export const SMALL_PAGE_CSS = `:root{color-scheme:light dark}
body{margin:0;font:16px/1.5 ui-sans-serif,system-ui,sans-serif}
main{max-width:60rem;margin:0 auto;padding:2rem 1.25rem}
main.narrow{max-width:26rem;min-height:calc(100vh - 4rem);display:flex;flex-direction:column;justify-content:center}
h1{font-size:1.4rem;margin:0 0 .5rem}
h2{font-size:1.15rem;margin:2rem 0 .5rem}
form{margin-top:1.5rem}
label{display:block;margin:.75rem 0 .25rem}
input{box-sizing:border-box;width:100%;min-height:2.5rem;padding:.25rem .6rem;font:inherit}
button{width:100%;min-height:2.75rem;margin-top:1rem;font:inherit;font-weight:600}
code,pre{font-family:ui-monospace,monospace;font-size:.9em}
pre{overflow:auto;max-height:24rem;padding:.75rem;border:1px solid}
details{margin:.4rem 0;overflow-wrap:anywhere}
summary{cursor:pointer;padding:.2rem 0}
table{border-collapse:collapse}
td,th{text-align:left;vertical-align:top;padding:.2rem .8rem .2rem 0}
[role=alert]{border-left:4px solid;padding:.25rem .75rem}
`;

const STYLE_VERSION = createHash('sha256').update(SMALL_PAGE_CSS).digest('hex').slice(0, 12);
export const SMALL_PAGE_CSS_PATH = '/page.css';

/** Text as HTML, for element content and quoted attributes. */
export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** A page without scripts. `body` is HTML that is safe already. */
export const smallPage = (o: {
  title: string;
  body: string;
  wide?: boolean;
  status?: number;
  headers?: Record<string, string>;
}): Response =>
  new Response(
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escaped(o.title)} · Ashford</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">
<link rel="stylesheet" href="${SMALL_PAGE_CSS_PATH}?v=${STYLE_VERSION}"></head>
<body><main${o.wide ? '' : ' class="narrow"'}>${o.body}</main></body></html>`,
    {
      status: o.status ?? 200,
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': SMALL_PAGE_POLICY,
        'cache-control': 'no-store',
        ...o.headers,
      },
    },
  );
