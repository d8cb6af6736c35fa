const escaped = (text: string): string => text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);

const page = (title: string, body: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escaped(title)}</title></head><body><main><h1>${escaped(title)}</h1>${body}</main></body></html>`;

export const errorPage = (status: number, code: string, why: string): string =>
  page(
    'Access blocked: Authorization Error',
    `<p>Error ${status}: ${escaped(code)}</p><p>${escaped(why)}</p>`,
  );

/** The page on which a person says yes or no. The form posts back to the address that showed it. */
export const consentPage = (of: {
  emails: readonly string[];
  chosen: string;
  scopes: readonly string[];
  query: URLSearchParams;
}): string => {
  const users = of.emails
    .map((one) => `<option${one === of.chosen ? ' selected' : ''}>${escaped(one)}</option>`)
    .join('');
  const scopes = of.scopes.map((one) => `<li>${escaped(one)}</li>`).join('');
  return page(
    'Sign in with the stand-in for Google',
    `<p>A program asks for access to a mailbox of this stand-in. No real account is involved.</p>
<form method="post" action="?${escaped(of.query.toString())}">
<label>Account <select name="user">${users}</select></label>
<p>It asks for:</p><ul>${scopes}</ul>
<button name="answer" value="allow">Allow</button>
<button name="answer" value="deny">Cancel</button>
</form>`,
  );
};
