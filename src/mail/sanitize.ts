import { type QuoteType, Tokenizer, type TokenizerCallbacks } from 'htmlparser2';
import { safeStyle } from './sanitize-style.ts';

export interface SanitizeOptions {
  /** A `data:` URL for the picture that came with the mail under this Content-ID; null when there is none. */
  inlineImage?: (contentId: string) => string | null;
  /** Of mail that is sent on: pictures keep their addresses, for it is shown by the mail program of somebody else. */
  sentOn?: boolean;
}

/**
 * HTML from a mail → HTML that is safe to show in a sandboxed frame. Built anew from an allow-list of elements,
 * attributes and style properties: no scripts, forms, frames or foreign elements, nothing that fetches. Where a picture
 * would be fetched, its address stands in `data-remote-src`. Linear; never throws; sanitising twice changes nothing.
 */
export const sanitizeHtml = (html: string, options: SanitizeOptions = {}): string => {
  const rebuilder = new Rebuilder(html, options);
  const tokenizer = new Tokenizer({ decodeEntities: true }, rebuilder);
  tokenizer.write(html);
  tokenizer.end();
  return rebuilder.finish();
};

const set = (names: string): ReadonlySet<string> => new Set(names.split(' '));

const ELEMENTS = set(
  'a abbr address article aside b bdi bdo big blockquote br caption center cite code col colgroup dd del details dfn div dl dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark nav ol p pre q s samp section small span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr',
);
const VOID = set('br col hr img wbr');
/** Left out with everything in them. The rest of what is not allowed loses its tags and keeps its text. */
const DROPPED = set(
  'script style title iframe noembed noframes textarea xmp plaintext svg math template select datalist xml head',
);
/** Ends a `head` that was never closed. */
const BODY_STARTS = set('body div table p center span font h1 h2 h3 a img br b ul ol hr blockquote pre');
const ATTRIBUTES = set(
  'abbr align alt bgcolor border cellpadding cellspacing color colspan cite dir face height hspace lang nowrap open role rowspan scope size span start title type valign value vspace width',
);

const LINK = /^(?:https?:\/\/|mailto:|tel:)/i;
const REMOTE = /^(?:https?:)?\/\//i;
const PICTURE = /^data:image\/(?:png|jpe?g|gif|webp);base64,[a-z0-9+/=\s]*$/i;
/** Pictures that go along with the mail, or lie where everybody may fetch them. */
const SENT_ON = /^(?:https?:\/\/|cid:)/i;
// biome-ignore lint/suspicious/noControlCharactersInRegex: browsers drop these from a URL before they read its scheme
const IGNORED_IN_URL = /[\u0000-\u0020\u007f]+/g;

class Rebuilder implements TokenizerCallbacks {
  readonly #html: string;
  readonly #options: SanitizeOptions;
  #out = '';
  /** How many of each element are open, so that no end tag reaches beyond this mail. */
  readonly #open = new Map<string, number>();
  /** The dropped element we are in, and how many of it. */
  #dropped = '';
  #dropDepth = 0;
  #tag = '';
  #attribute = '';
  #value = '';
  #attributes = new Map<string, string>();

  constructor(html: string, options: SanitizeOptions) {
    this.#html = html;
    this.#options = options;
  }

  finish(): string {
    return this.#out;
  }

  ontext(start: number, end: number): void {
    if (this.#dropped === '') this.#out += escapeText(this.#html.slice(start, end));
  }

  ontextentity(codepoint: number): void {
    if (this.#dropped === '') this.#out += escapeText(String.fromCodePoint(codepoint));
  }

  onopentagname(start: number, end: number): void {
    const name = this.#html.slice(start, end).toLowerCase();
    this.#tag = name === 'image' ? 'img' : name;
    this.#attributes.clear();
  }

  onattribname(start: number, end: number): void {
    this.#attribute = this.#html.slice(start, end).toLowerCase();
    this.#value = '';
  }

  onattribdata(start: number, end: number): void {
    this.#value += this.#html.slice(start, end);
  }

  onattribentity(codepoint: number): void {
    this.#value += String.fromCodePoint(codepoint);
  }

  onattribend(_quote: QuoteType, _end: number): void {
    if (!this.#attributes.has(this.#attribute)) this.#attributes.set(this.#attribute, this.#value);
  }

  onopentagend(): void {
    const name = this.#tag;
    if (this.#dropped === 'head' && BODY_STARTS.has(name)) this.#dropped = '';
    if (this.#dropped !== '') {
      if (name === this.#dropped) this.#dropDepth++;
      return;
    }
    if (DROPPED.has(name)) {
      this.#dropped = name;
      this.#dropDepth = 1;
      return;
    }
    if (!ELEMENTS.has(name)) return;
    this.#out += this.#startTag(name);
    if (!VOID.has(name)) this.#open.set(name, (this.#open.get(name) ?? 0) + 1);
  }

  onselfclosingtag(): void {
    this.onopentagend();
    // `<svg/>` and `<xml/>` hold nothing; all others only look closed.
    if (this.#tag === this.#dropped && (this.#tag === 'svg' || this.#tag === 'math' || this.#tag === 'xml'))
      this.#undrop();
  }

  onclosetag(start: number, end: number): void {
    const name = this.#html.slice(start, end).toLowerCase();
    if (this.#dropped !== '') {
      if (name === this.#dropped) this.#undrop();
      return;
    }
    const open = this.#open.get(name) ?? 0;
    if (open === 0) return;
    this.#open.set(name, open - 1);
    this.#out += `</${name}>`;
  }

  oncomment(): void {}
  oncdata(): void {}
  ondeclaration(): void {}
  onprocessinginstruction(): void {}
  onend(): void {}

  #undrop(): void {
    if (--this.#dropDepth === 0) this.#dropped = '';
  }

  #startTag(name: string): string {
    let tag = `<${name}`;
    for (const [attribute, value] of this.#attributes) {
      if (attribute === 'style') {
        const style = safeStyle(value);
        if (style !== '') tag += attributeText('style', style);
      } else if (attribute === 'href' && name === 'a') {
        tag += link(value);
      } else if (name === 'img' && (attribute === 'src' || attribute === 'data-remote-src')) {
        tag += this.#picture(attribute, value);
      } else if (ATTRIBUTES.has(attribute)) {
        tag += attributeText(attribute, value);
      }
    }
    return `${tag}>`;
  }

  #picture(attribute: string, value: string): string {
    const url = value.replace(IGNORED_IN_URL, '');
    if (this.#options.sentOn)
      return attribute === 'src' && SENT_ON.test(url) ? attributeText('src', url) : '';
    if (REMOTE.test(url)) return attributeText('data-remote-src', url);
    if (attribute !== 'src') return '';
    const inline = /^cid:/i.test(url) ? this.#options.inlineImage?.(url.slice('cid:'.length)) : url;
    return inline && PICTURE.test(inline) ? attributeText('src', inline) : '';
  }
}

const link = (value: string): string => {
  const url = value.replace(IGNORED_IN_URL, '');
  if (!LINK.test(url)) return '';
  return `${attributeText('href', url)} rel="noopener noreferrer nofollow" target="_blank"`;
};

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\0': '' };
const SPECIAL = /[&<>"\0]/;
const EVERY_SPECIAL = /[&<>"\0]/g;

/** Text as HTML has it, between tags and in quoted attributes. */
export const escapeText = (text: string): string =>
  SPECIAL.test(text) ? text.replace(EVERY_SPECIAL, (c) => ENTITIES[c] ?? '') : text;

const attributeText = (name: string, value: string): string => ` ${name}="${escapeText(value)}"`;
