import { escaped, smallPage } from './small-page.ts';

// With no referrer at all a browser hides the origin of a form, by which we know that it is ours.
const headers = { 'referrer-policy': 'same-origin' };
const title = 'Sign in';

/**
 * What a sign-in link opens. Opening it changes nothing, so that whatever looks at links before a person does can't use it
 * up; the button does.
 */
export const linkPage = (token: string): Response =>
  smallPage({
    title,
    headers,
    body: `<h1>Sign in to Ashford</h1><p>This link works once, in the browser where you press the button.</p>
<form method="post" action="/sign-in"><input type="hidden" name="token" value="${escaped(token)}">
<button type="submit" autofocus>Sign in</button></form>`,
  });

const PASSWORD_FORM = `<form method="post" action="/sign-in">
<label for="email">Address (may stay empty for the owner)</label>
<input id="email" name="email" type="email" autocomplete="username">
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<button type="submit">Sign in</button></form>`;

const LINK_STEPS = `<p>Ashford lets you in with a link that works once, made on the machine it runs on.</p>
<ol><li>In a terminal there, run <code>ashford open</code></li>
<li>Open the link it prints. It holds for a short time.</li></ol>`;

/** Asks for a password where the owner has one, and says how to get a link. */
export const passwordPage = (o: { hasPassword: boolean; problem?: string; status?: number }): Response =>
  smallPage({
    title,
    headers,
    status: o.status ?? 200,
    body: `<h1>Sign in to Ashford</h1>${
      o.problem === undefined ? '' : `<p role="alert">${escaped(o.problem)}</p>`
    }${LINK_STEPS}${o.hasPassword ? PASSWORD_FORM : ''}`,
  });
