import { HTML_DEPTH } from '#config/limits.ts';
import { sameColor, type Visibility } from './html-style.ts';

/** One open element, with what holds for the text in it. */
export interface OpenElement {
  name: string;
  /** Hides by itself, so that removing it can show its children again. */
  hides: boolean;
  gone: boolean;
  tiny: boolean;
  invisible: boolean;
  color: number | null;
  background: number | null;
  pre: boolean;
  /** Marks lines as quoted. */
  quote: boolean;
  /** Items counted so far in an `ol`; -1 elsewhere. */
  items: number;
}

const set = (names: string): ReadonlySet<string> => new Set(names.split(' '));

export const VOID_ELEMENTS = set(
  'area base basefont bgsound br col embed frame hr img input keygen link meta param source track wbr',
);

/** Elements whose end tag closes whatever is still open inside of them (the "special" category of the HTML standard). */
const CONTAINERS = set(
  'address article aside blockquote body button caption center details dialog dd dir div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 head header hgroup html iframe li listing main marquee menu nav noframes noscript object ol p plaintext pre script section select style summary table tbody td template textarea tfoot th thead title tr ul xmp svg math',
);

/** An end tag inside one of these can't close what is outside of it. */
const WALLS = set('table td th caption html template object');
const TABLE_PARTS = set('table tbody thead tfoot tr td th caption');

/** An end tag of these takes its element away, and leaves what was opened inside of it open. */
const FORMATTING = set('a b big code em font i nobr s small strike strong tt u');

const CLOSES_PARAGRAPH = set(
  'address article aside blockquote center details dir div dl fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr main menu nav ol p pre section table ul li dd dt',
);

const PARAGRAPH = set('p');

/** Start tags that end an open sibling, and how far up one may look for it. */
const ENDS: Record<string, { siblings: ReadonlySet<string>; within: ReadonlySet<string> }> = {
  li: { siblings: set('li'), within: set('ul ol menu dir table td th') },
  dd: { siblings: set('dd dt'), within: set('dl table td th') },
  dt: { siblings: set('dd dt'), within: set('dl table td th') },
  td: { siblings: set('td th'), within: set('tr table') },
  th: { siblings: set('td th'), within: set('tr table') },
  tr: { siblings: set('tr'), within: set('table') },
  tbody: { siblings: set('tbody thead tfoot'), within: set('table') },
  thead: { siblings: set('tbody thead tfoot'), within: set('table') },
  tfoot: { siblings: set('tbody thead tfoot'), within: set('table') },
  option: { siblings: set('option'), within: set('select table') },
  a: { siblings: set('a'), within: set('table td th') },
};

const IN_HEAD = set('title meta link style script base noscript template object xml basefont bgsound');

const ROOT: OpenElement = {
  name: '',
  hides: false,
  gone: false,
  tiny: false,
  invisible: false,
  color: null,
  background: 0xffffff,
  pre: false,
  quote: false,
  items: -1,
};

/**
 * The open elements of a page, closed by the rules that browsers have for broken HTML, as far as they matter to what is
 * seen. At most HTML_DEPTH are open: beyond that a new one takes the place of the innermost, as in browsers.
 */
export class OpenElements {
  readonly #open: OpenElement[] = [];
  readonly #counts = new Map<string, number>();
  readonly #onClose: (element: OpenElement) => void;

  constructor(onClose: (element: OpenElement) => void) {
    this.#onClose = onClose;
  }

  /** The innermost open element. */
  get top(): OpenElement {
    return this.#open[this.#open.length - 1] ?? ROOT;
  }

  /** Closes what a start tag of that name ends. Call it before `open`, also for void elements. */
  makeRoomFor(name: string): void {
    if (this.#has('head') && !IN_HEAD.has(name) && name !== 'head') this.#popTo('head');
    if (CLOSES_PARAGRAPH.has(name) && this.#has('p')) this.#closeWithin(PARAGRAPH, WALLS);
    const ends = Object.hasOwn(ENDS, name) ? ENDS[name] : undefined;
    if (ends) this.#closeWithin(ends.siblings, ends.within);
  }

  open(name: string, style: Visibility, pre: boolean, quote: boolean): OpenElement {
    if (this.#open.length >= HTML_DEPTH) this.#pop();
    const parent = this.top;
    const color = style.color === undefined ? parent.color : style.color;
    const background = style.background === undefined ? parent.background : style.background;
    const element: OpenElement = {
      name,
      hides: style.gone,
      gone: parent.gone || style.gone,
      tiny: style.tiny ?? parent.tiny,
      invisible: style.invisible ?? parent.invisible,
      color,
      background,
      pre: parent.pre || pre,
      quote,
      items: name === 'ol' ? 0 : -1,
    };
    this.#open.push(element);
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
    return element;
  }

  /** Takes an end tag. */
  close(name: string): void {
    if (!this.#has(name)) return;
    if (FORMATTING.has(name)) {
      this.#closeFormatting(name);
      return;
    }
    const container = CONTAINERS.has(name);
    const crossesWalls = TABLE_PARTS.has(name) || name === 'body' || name === 'html';
    for (let i = this.#open.length - 1; i >= 0; i--) {
      const open = this.#open[i]?.name ?? '';
      if (open === name) {
        this.#popDownTo(i);
        return;
      }
      if (container ? !crossesWalls && WALLS.has(open) : CONTAINERS.has(open)) return;
      if (crossesWalls && open === 'table' && name !== 'body' && name !== 'html') return;
    }
  }

  /** The nearest open list, to count its items. */
  list(): OpenElement | undefined {
    for (let i = this.#open.length - 1; i >= 0; i--) {
      const element = this.#open[i];
      if (element && (element.name === 'ol' || element.name === 'ul')) return element;
      if (element?.name === 'table') return undefined;
    }
    return undefined;
  }

  #has(name: string): boolean {
    return (this.#counts.get(name) ?? 0) > 0;
  }

  #closeWithin(siblings: ReadonlySet<string>, within: ReadonlySet<string>): void {
    let any = false;
    for (const name of siblings) any ||= this.#has(name);
    if (!any) return;
    for (let i = this.#open.length - 1; i >= 0; i--) {
      const open = this.#open[i]?.name ?? '';
      if (siblings.has(open)) {
        this.#popDownTo(i);
        return;
      }
      if (within.has(open)) return;
    }
  }

  #closeFormatting(name: string): void {
    for (let i = this.#open.length - 1; i >= 0; i--) {
      const element = this.#open[i];
      if (element?.name === name) {
        if (i === this.#open.length - 1) {
          this.#pop();
          return;
        }
        const [gone] = this.#open.splice(i, 1);
        this.#forget(name);
        if (gone?.hides) this.#showAgain(i);
        return;
      }
      if (element && WALLS.has(element.name)) return;
    }
  }

  /** What stays open after an element around it was taken away is hidden only by what is still around it. */
  #showAgain(from: number): void {
    let parentGone = this.#open[from - 1]?.gone ?? false;
    for (const element of this.#open.slice(from)) {
      element.gone = parentGone || element.hides;
      parentGone = element.gone;
    }
  }

  #popTo(name: string): void {
    for (let i = this.#open.length - 1; i >= 0; i--) {
      if (this.#open[i]?.name === name) {
        this.#popDownTo(i);
        return;
      }
    }
  }

  #popDownTo(index: number): void {
    while (this.#open.length > index) this.#pop();
  }

  #pop(): void {
    const element = this.#open.pop();
    if (!element) return;
    this.#forget(element.name);
    this.#onClose(element);
  }

  #forget(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 1) - 1);
  }
}

/** Whether a person can see text in this element. */
export const isShown = (element: OpenElement): boolean =>
  !element.gone &&
  !element.tiny &&
  !element.invisible &&
  (element.color === null || !sameColor(element.color, element.background));
