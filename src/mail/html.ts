import { type QuoteType, Tokenizer, type TokenizerCallbacks } from 'htmlparser2';
import { IMAGE_ALT_CHARS, MAIL_TEXT_CHARS, STYLE_SHEET_CHARS } from '#config/limits.ts';
import {
  merge,
  readColor,
  readStyle,
  readStyleSheet,
  type StyleSheet,
  type Visibility,
} from './html-style.ts';
import { isShown, OpenElements, VOID_ELEMENTS } from './html-tree.ts';
import { hasInvisible, stripInvisible } from './invisible.ts';
import { TextWriter } from './text-writer.ts';

/**
 * HTML → the text that a person would see, in reading order: blocks on lines of their own, cells side by side, links as
 * their text, quoted mail with `> `. Left out is what is not seen: hidden, tiny or same-coloured text, comments, scripts,
 * styles, forms' values, characters without width. Linear in the input; never throws.
 */
export const htmlToText = (html: string, maxChars: number = MAIL_TEXT_CHARS): string => {
  const reader = new HtmlReader(html, maxChars);
  const tokenizer = new Tokenizer({ decodeEntities: true }, reader);
  reader.stop = () => tokenizer.pause();
  tokenizer.write(html);
  tokenizer.end();
  return reader.finish();
};

const set = (names: string): ReadonlySet<string> => new Set(names.split(' '));

const NEVER_SHOWN = set(
  'head script style title template iframe object embed applet audio video canvas svg math noembed noframes textarea select datalist xml param',
);
const BLANK_LINE = set('p h1 h2 h3 h4 h5 h6 ul ol dl pre blockquote');
const NEW_LINE = set(
  'div tr table li dt dd center form fieldset section article header footer main nav aside address figure figcaption caption hr thead tbody tfoot body details summary menu dir xmp plaintext',
);

/** The attributes that say something about what is seen; of one shape always, since hundreds are made for one mail. */
const noAttributes = () => ({
  style: undefined as string | undefined,
  class: undefined as string | undefined,
  id: undefined as string | undefined,
  hidden: undefined as string | undefined,
  type: undefined as string | undefined,
  cite: undefined as string | undefined,
  alt: undefined as string | undefined,
  color: undefined as string | undefined,
  bgcolor: undefined as string | undefined,
  background: undefined as string | undefined,
  width: undefined as string | undefined,
  height: undefined as string | undefined,
});
type AttributeName = keyof ReturnType<typeof noAttributes>;
const isKnown = (name: string): name is AttributeName => Object.hasOwn(KNOWN, name);
const KNOWN = noAttributes();

const NOTHING: Visibility = readStyle('');
const GONE: Visibility = { ...NOTHING, gone: true };
const MAX_QUOTE_LEVELS = 5;

class HtmlReader implements TokenizerCallbacks {
  stop: () => void = () => {};
  readonly #html: string;
  readonly #maxChars: number;
  readonly #out = new TextWriter();
  readonly #elements = new OpenElements((element) => this.#closed(element.name, element.quote));
  readonly #sheet: StyleSheet = new Map();
  /** Mail repeats the same few styles on hundreds of elements. */
  readonly #styles = new Map<string, Visibility>();
  #sheetText = '';
  #quotes = 0;
  #tag = '';
  #attribute: AttributeName | null = null;
  #value = '';
  #attributes = noAttributes();
  #hasAttributes = false;

  constructor(html: string, maxChars: number) {
    this.#html = html;
    this.#maxChars = maxChars;
  }

  finish(): string {
    const text = this.#out.finish();
    return text.length > this.#maxChars ? text.slice(0, this.#maxChars) : text;
  }

  ontext(start: number, end: number): void {
    const top = this.#elements.top;
    if (top.name === 'style') {
      if (this.#sheetText.length < STYLE_SHEET_CHARS) this.#sheetText += this.#html.slice(start, end);
      return;
    }
    if (!isShown(top)) return;
    const slice = this.#html.slice(start, end);
    const text = hasInvisible(slice) ? stripInvisible(slice).text : slice;
    if (top.pre) this.#out.writeAsIs(text);
    else this.#out.write(text);
    if (this.#out.length > this.#maxChars) this.stop();
  }

  ontextentity(codepoint: number): void {
    if (!isShown(this.#elements.top)) return;
    const character = String.fromCodePoint(codepoint);
    if (codepoint < 0xad || !hasInvisible(character)) this.#out.writeCharacter(character);
  }

  onopentagname(start: number, end: number): void {
    this.#tag = this.#html.slice(start, end).toLowerCase();
    if (this.#hasAttributes) {
      this.#attributes = noAttributes();
      this.#hasAttributes = false;
    }
  }

  onattribname(start: number, end: number): void {
    const name = this.#html.slice(start, end).toLowerCase();
    this.#attribute = isKnown(name) ? name : null;
    this.#value = '';
  }

  onattribdata(start: number, end: number): void {
    if (this.#attribute !== null) this.#value += this.#html.slice(start, end);
  }

  onattribentity(codepoint: number): void {
    if (this.#attribute !== null) this.#value += String.fromCodePoint(codepoint);
  }

  onattribend(_quote: QuoteType, _end: number): void {
    // The first of two equal attributes holds, as in browsers.
    if (this.#attribute === null || this.#attributes[this.#attribute] !== undefined) return;
    this.#attributes[this.#attribute] = this.#value;
    this.#hasAttributes = true;
  }

  onopentagend(): void {
    const name = this.#tag === 'image' ? 'img' : this.#tag;
    this.#elements.makeRoomFor(name);
    if (VOID_ELEMENTS.has(name)) {
      this.#void(name);
      return;
    }
    const shown = isShown(this.#elements.top);
    if (shown) this.#startOf(name);
    const quote = name === 'blockquote' && shown && this.#isQuotedMail();
    if (quote) this.#out.setPrefix('> '.repeat(Math.min(++this.#quotes, MAX_QUOTE_LEVELS)));
    const style = NEVER_SHOWN.has(name) ? GONE : this.#styleOf(name);
    this.#elements.open(name, style, name === 'pre' || name === 'xmp' || name === 'plaintext', quote);
  }

  onselfclosingtag(): void {
    this.onopentagend();
  }

  onclosetag(start: number, end: number): void {
    const name = this.#html.slice(start, end).toLowerCase();
    if (name === 'br') this.#void('br');
    else this.#elements.close(name);
  }

  oncomment(): void {}
  oncdata(): void {}
  ondeclaration(): void {}
  onprocessinginstruction(): void {}
  onend(): void {}

  #startOf(name: string): void {
    if (BLANK_LINE.has(name)) this.#out.break(2);
    else if (NEW_LINE.has(name)) this.#out.break(1);
    else if (name === 'td' || name === 'th') this.#out.cell();
    if (name === 'li') {
      const list = this.#elements.list();
      this.#out.mark(list && list.items >= 0 ? `${++list.items}. ` : '- ');
    }
  }

  #closed(name: string, quote: boolean): void {
    if (name === 'style') {
      readStyleSheet(this.#sheetText, this.#sheet);
      this.#sheetText = '';
    }
    if (quote) this.#out.setPrefix('> '.repeat(Math.min(--this.#quotes, MAX_QUOTE_LEVELS)));
    if (!isShown(this.#elements.top)) return;
    if (BLANK_LINE.has(name)) this.#out.break(2);
    else if (NEW_LINE.has(name)) this.#out.break(1);
    else if (name === 'td' || name === 'th') this.#out.cell();
  }

  #void(name: string): void {
    if (!isShown(this.#elements.top)) return;
    if (name === 'br') this.#out.newLine();
    else if (name === 'hr') this.#out.break(1);
    else if (name === 'img') this.#image();
  }

  /** The words that stand in for an image; a pixel that only counts readers has nothing to say. */
  #image(): void {
    const { alt, width, height } = this.#attributes;
    if (!alt || alt.length > IMAGE_ALT_CHARS || width === '1' || height === '1') return;
    if (this.#styleOf('img').gone) return;
    this.#out.write(` ${hasInvisible(alt) ? stripInvisible(alt).text : alt} `);
  }

  #isQuotedMail(): boolean {
    const { type, cite, class: classes } = this.#attributes;
    return type === 'cite' || cite !== undefined || (classes !== undefined && /quote|cite/i.test(classes));
  }

  #styleOf(name: string): Visibility {
    let style = NOTHING;
    if (this.#sheet.size > 0) style = this.#styleFromSheet(name);
    if (!this.#hasAttributes) return style;
    const { style: inline, hidden, color, bgcolor, background } = this.#attributes;
    if (hidden !== undefined) return GONE;
    if (color !== undefined && name === 'font') style = merge(style, { ...NOTHING, color: readColor(color) });
    if (background !== undefined) style = merge(style, { ...NOTHING, background: null });
    else if (bgcolor !== undefined) style = merge(style, { ...NOTHING, background: readColor(bgcolor) });
    return inline === undefined ? style : merge(style, this.#inline(inline));
  }

  #styleFromSheet(name: string): Visibility {
    const { class: classes, id } = this.#attributes;
    let style = this.#sheet.get(name) ?? NOTHING;
    if (classes !== undefined) {
      for (const one of classes.split(/\s+/)) style = merge(style, this.#sheet.get(`.${one}`) ?? NOTHING);
    }
    return id === undefined ? style : merge(style, this.#sheet.get(`#${id}`) ?? NOTHING);
  }

  #inline(text: string): Visibility {
    const known = this.#styles.get(text);
    if (known) return known;
    const style = readStyle(text);
    this.#styles.set(text, style);
    return style;
  }
}
