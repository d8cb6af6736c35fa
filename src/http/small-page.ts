import { createHash } from 'node:crypto';
import { SMALL_PAGE_POLICY } from './headers.ts';

/** The style of pages that are no part of the web app, in its colours: light, then dark. */
export const SMALL_PAGE_CSS = `:root{color-scheme:light dark;--paper:light-dark(#f6f5f1,#141617);--surface:light-dark(#fff,#1b1e1f);
--sunken:light-dark(#eeece6,#24282a);--line:light-dark(#e1ded6,#2f3436);--edge:light-dark(#88857c,#747c80);
--ink:light-dark(#1c1f20,#e9e7e2);--soft:light-dark(#5a5d5d,#a9aeb0);--accent:light-dark(#17624f,#83d2b7);
--on-accent:light-dark(#fff,#0b1f18);--danger:light-dark(#a02529,#ff9f99);--danger-tint:light-dark(#fbe9e8,#3f2120)}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 ui-sans-serif,system-ui,-apple-system,"Segoe UI",
Roboto,"Noto Sans",sans-serif;overflow-wrap:break-word}
main{max-width:60rem;margin:0 auto;padding:2rem 1.25rem}
.narrow{display:grid;place-items:center;min-height:100dvh;max-width:none;padding:1.5rem}
.card{width:100%;max-width:24rem;padding:2rem;background:var(--surface);border:1px solid var(--line);border-radius:10px}
.logo{display:block;width:40px;height:40px;margin-bottom:1.25rem}
h1{font-size:1.4rem;line-height:1.3;margin:0 0 .5rem;letter-spacing:-.012em}
h2{font-size:1.15rem;margin:2rem 0 .5rem}
p{margin:.5rem 0}
.card p,.card li{color:var(--soft)}
ol{margin:1rem 0 0;padding-left:1.25rem}
li+li{margin-top:.5rem}
a{color:var(--accent);text-underline-offset:3px}
form{margin-top:1.5rem}
label{display:block;margin:.75rem 0 .25rem;font-weight:600}
input{width:100%;min-height:2.5rem;padding:.25rem .6rem;font:inherit;color:inherit;background:var(--surface);
border:1px solid var(--edge);border-radius:7px}
button{width:100%;min-height:2.75rem;margin-top:1rem;font:inherit;font-weight:600;color:var(--on-accent);
background:var(--accent);border:1px solid var(--accent);border-radius:7px;cursor:pointer}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:4px}
code,pre{font-family:ui-monospace,"SF Mono","Cascadia Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.87em}
li>code{display:block;width:fit-content;margin:.25rem 0;padding:.4rem .75rem;color:var(--ink);background:var(--sunken);
border-radius:6px}
pre{overflow:auto;max-height:24rem;padding:.75rem;background:var(--surface);border:1px solid var(--line);border-radius:7px}
details{margin:.4rem 0;overflow-wrap:anywhere}
summary{cursor:pointer;padding:.2rem 0}
table{border-collapse:collapse}
td,th{text-align:left;vertical-align:top;padding:.2rem .8rem .2rem 0}
.card [role=alert]{margin:1rem 0;padding:.6rem .9rem;color:var(--danger);background:var(--danger-tint);border-radius:7px}
`;

const STYLE_VERSION = createHash('sha256').update(SMALL_PAGE_CSS).digest('hex').slice(0, 12);
export const SMALL_PAGE_CSS_PATH = '/page.css';

/** Text as HTML, for element content and quoted attributes. */
export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const card = (body: string): string =>
  `<main class="narrow"><div class="card"><img class="logo" src="/logo.svg" alt="">${body}</div></main>`;

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
<link rel="icon" href="/logo.svg" type="image/svg+xml"><link rel="stylesheet" href="${SMALL_PAGE_CSS_PATH}?v=${STYLE_VERSION}"></head>
<body>${o.wide ? `<main>${o.body}</main>` : card(o.body)}</body></html>`,
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
