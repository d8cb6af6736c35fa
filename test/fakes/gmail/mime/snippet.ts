import { decodeCharset } from './charset.ts';
import { contentOf, type Part } from './part.ts';

const SNIPPET_CHARS = 200;
const READ_BYTES = 8_192;

const firstOfType = (part: Part, type: string): Part | undefined => {
  if (part.mimeType === type && !part.filename && part.disposition !== 'attachment') return part;
  for (const one of part.parts) {
    const found = firstOfType(one, type);
    if (found) return found;
  }
  return undefined;
};

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: ' ' };

const textOfHtml = (html: string): string =>
  html
    .replace(/<(script|style|head)\b[\s\S]*?<\/\1\s*>/gi, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&(#?\w+);/g, (whole, name: string) => ENTITIES[name] ?? whole);

const escaped = (text: string): string =>
  text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;');

/** All the text of a mail for a search: its plain parts, else its HTML without tags. */
export const searchTextOf = (root: Part): string => {
  const plain = firstOfType(root, 'text/plain');
  if (plain) return decodeCharset(contentOf(plain), plain.charset);
  const html = firstOfType(root, 'text/html');
  return html ? textOfHtml(decodeCharset(contentOf(html), html.charset)) : '';
};

/** The first words of a mail, escaped for HTML as the API gives them. */
export const snippetOf = (root: Part): string => {
  const text = searchTextOf(root).slice(0, READ_BYTES).replace(/\s+/g, ' ').trim();
  return escaped(text.slice(0, SNIPPET_CHARS));
};
