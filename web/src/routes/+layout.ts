// A single-page app: the server knows mail, not pages.
export const ssr = false;
export const prerender = false;
