/** For everything but pages: such an answer loads nothing and is shown in no frame. */
const NOTHING_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Sent with every answer that does not say otherwise itself. */
const ALWAYS: readonly (readonly [string, string])[] = [
  ['content-security-policy', NOTHING_POLICY],
  ['x-content-type-options', 'nosniff'],
  ['x-frame-options', 'DENY'],
  ['referrer-policy', 'no-referrer'],
  ['cross-origin-opener-policy', 'same-origin'],
  ['cross-origin-resource-policy', 'same-origin'],
  ['permissions-policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()'],
  ['cache-control', 'no-store'],
];

/** Adds what every answer carries. `secure`: browsers reach us over https, and are told to stay there. */
export const secureHeaders = (headers: Headers, secure: boolean): void => {
  for (const [name, value] of ALWAYS) if (!headers.has(name)) headers.set(name, value);
  if (secure) headers.set('strict-transport-security', 'max-age=31536000');
};

/** The policy that a page of ours carries in a meta tag, with what only a header can say. */
export const pagePolicy = (html: string): string => {
  const content = /<meta http-equiv="content-security-policy" content="([^"]*)"/i.exec(html)?.[1];
  if (content === undefined) return "default-src 'self'; base-uri 'none'; frame-ancestors 'none'";
  return `${content.replaceAll('&#39;', "'").replaceAll('&amp;', '&')}; frame-ancestors 'none'`;
};

/** For our own small pages: a style sheet and forms of this server, nothing else. */
export const SMALL_PAGE_POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
