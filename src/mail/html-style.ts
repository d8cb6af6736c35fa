/** What a style says about whether text can be seen. `undefined`: it says nothing. */
export interface Visibility {
  /** No child can be seen either: display none, no size, moved off the page. */
  gone: boolean;
  tiny: boolean | undefined;
  invisible: boolean | undefined;
  /** 0xRRGGBB; null: something that we can't tell. */
  color: number | null | undefined;
  background: number | null | undefined;
}

const SILENT: Visibility = {
  gone: false,
  tiny: undefined,
  invisible: undefined,
  color: undefined,
  background: undefined,
};

const SPEAKS =
  /display|visib|opacity|font|overflow|left|top|right|indent|clip|transform|color|background|\\/i;

/** Reads the declarations of a `style` attribute or of a CSS rule. Linear; never throws. */
export const readStyle = (style: string): Visibility => {
  if (!SPEAKS.test(style)) return SILENT;
  const seen: Visibility = { ...SILENT };
  let noRoom = false;
  let cut = false;
  const text = plain(style);
  for (let at = 0; at < text.length; ) {
    const semicolon = text.indexOf(';', at);
    const end = semicolon === -1 ? text.length : semicolon;
    const colon = text.indexOf(':', at);
    if (colon === -1) break;
    if (colon < end) {
      const property = text.slice(at, colon).trim();
      if (PROPERTIES.has(property)) {
        const value = text
          .slice(colon + 1, end)
          .replace('!important', '')
          .trim();
        if (property.startsWith('overflow')) cut ||= value === 'hidden';
        else if (ROOM.has(property)) noRoom ||= isZero(value);
        else readDeclaration(seen, property, value);
      }
    }
    at = end + 1;
  }
  if (noRoom && cut) seen.gone = true;
  return seen;
};

const PROPERTIES = new Set(
  (
    'overflow overflow-x overflow-y height max-height width max-width display visibility opacity font-size font ' +
    'left right top margin-left margin-top text-indent clip clip-path transform color background background-color ' +
    'background-image'
  ).split(' '),
);
const ROOM = new Set(['height', 'max-height', 'width', 'max-width']);

const readDeclaration = (seen: Visibility, property: string, value: string): void => {
  switch (property) {
    case 'display':
      if (value === 'none') seen.gone = true;
      break;
    case 'visibility':
      seen.invisible = value === 'hidden' || value === 'collapse';
      break;
    case 'opacity':
      if (Number.parseFloat(value) < 0.05) seen.gone = true;
      break;
    case 'font-size':
      seen.tiny = isTiny(value);
      break;
    case 'font': {
      const size = /(?:^|\s)(0|[\d.]+(?:px|pt|em|rem|%))(?=[\s/]|$)/.exec(value);
      if (size) seen.tiny = isTiny(size[1] ?? '');
      break;
    }
    case 'left':
    case 'right':
    case 'top':
    case 'margin-left':
    case 'margin-top':
    case 'text-indent':
      if (Number.parseFloat(value) <= -99) seen.gone = true;
      break;
    case 'clip':
      if (/^rect\(\s*0(?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?[\s,]+0(?:px)?\s*\)$/.test(value))
        seen.gone = true;
      break;
    case 'clip-path':
      if (/^inset\(\s*(?:50|100)%/.test(value)) seen.gone = true;
      break;
    case 'transform':
      if (/scale[xy]?\(\s*0(?:\.0+)?\s*[,)]/.test(value)) seen.gone = true;
      break;
    case 'color':
      seen.color = readColor(value);
      break;
    case 'background':
    case 'background-color':
      seen.background = value === 'transparent' || value === 'none' ? undefined : backgroundOf(value);
      break;
    case 'background-image':
      if (value !== 'none') seen.background = null;
      break;
  }
};

/** Lower case, without comments and escapes. */
const plain = (style: string): string => {
  let text = style.toLowerCase();
  if (text.includes('/*')) text = withoutComments(text);
  if (!text.includes('\\')) return text;
  return text.replace(/\\([0-9a-f]{1,6})\s?/g, (_, hex: string) => {
    const code = Number.parseInt(hex, 16);
    return code > 0x10ffff ? '' : String.fromCodePoint(code);
  });
};

const withoutComments = (css: string): string => {
  const parts: string[] = [];
  let at = 0;
  for (;;) {
    const open = css.indexOf('/*', at);
    if (open === -1) break;
    parts.push(css.slice(at, open));
    const close = css.indexOf('*/', open + 2);
    at = close === -1 ? css.length : close + 2;
  }
  parts.push(css.slice(at));
  return parts.join('');
};

const isZero = (value: string): boolean => /^0(?:\.0*)?(?:px|pt|em|rem|%)?$/.test(value) || value === '1px';

const TINY: Record<string, number> = { '': 2, px: 2, pt: 1.5, em: 0.15, rem: 0.15, '%': 15 };

/** A size at which nobody can read. */
const isTiny = (value: string): boolean => {
  const size = /^(\d*\.?\d+)(px|pt|em|rem|%)?$/.exec(value);
  return size !== null && Number(size[1]) < (TINY[size[2] ?? ''] ?? 0);
};

const NAMED: Record<string, number> = { white: 0xffffff, black: 0, red: 0xff0000, yellow: 0xffff00 };

/** '#fff', 'rgb(1, 2, 3)', 'white' → 0xRRGGBB; null for what we don't know. */
export const readColor = (value: string): number | null => {
  const text = value.trim().toLowerCase();
  const hex = /^#?([0-9a-f]{3}|[0-9a-f]{6})$/.exec(text)?.[1];
  if (hex?.length === 6) return Number.parseInt(hex, 16);
  if (hex) return Number.parseInt(hex.replace(/./g, '$&$&'), 16);
  const rgb = /^rgba?\((\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})/.exec(text);
  if (rgb) return (Number(rgb[1]) << 16) | (Number(rgb[2]) << 8) | Number(rgb[3]);
  return NAMED[text] ?? null;
};

const backgroundOf = (value: string): number | null => {
  if (value.includes('url(') || value.includes('gradient')) return null;
  const first = /^(#[0-9a-f]+|rgba?\([^)]*\)|[a-z]+)/.exec(value)?.[1];
  return first === undefined ? null : readColor(first);
};

const CHANNEL_DIFFERENCE = 12;

/** Two colours that the eye can't tell apart. What we can't tell counts as different. */
export const sameColor = (a: number | null, b: number | null): boolean => {
  if (a === null || b === null) return false;
  for (const shift of [16, 8, 0]) {
    if (Math.abs(((a >> shift) & 255) - ((b >> shift) & 255)) > CHANNEL_DIFFERENCE) return false;
  }
  return true;
};

/** Rules of a style sheet by simple selector: `.class`, `#id`, or an element's name. */
export type StyleSheet = Map<string, Visibility>;

/**
 * Adds the rules of a `<style>` element. Rules under an at-rule are left out: they hold on some screens only. Of a
 * selector with more than one step, only a background is kept, as one that we can't tell.
 */
export const readStyleSheet = (text: string, sheet: StyleSheet): void => {
  const css = withoutComments(text);
  let at = 0;
  for (;;) {
    const open = css.indexOf('{', at);
    if (open === -1) return;
    const before = css.slice(at, open);
    const selector = before.slice(before.lastIndexOf(';') + 1);
    if (selector.includes('@')) {
      at = blockEnd(css, open);
      continue;
    }
    const close = css.indexOf('}', open);
    if (close === -1) return;
    addRule(sheet, selector, readStyle(css.slice(open + 1, close)));
    at = close + 1;
  }
};

const blockEnd = (css: string, open: number): number => {
  let depth = 0;
  for (let i = open; i < css.length; i++) {
    if (css[i] === '{') depth++;
    else if (css[i] === '}' && --depth === 0) return i + 1;
  }
  return css.length;
};

const addRule = (sheet: StyleSheet, selectors: string, style: Visibility): void => {
  if (style === SILENT) return;
  for (const one of selectors.split(',')) {
    const selector = one.trim();
    const simple = /^[a-z0-9]*([.#][\w-]+)$|^([a-z0-9]+)$/i.exec(selector);
    const key = simple?.[1] ?? simple?.[2]?.toLowerCase();
    if (key !== undefined) {
      sheet.set(key, merge(sheet.get(key), style));
    } else if (style.background !== undefined) {
      const last = /([.#][\w-]+|[a-z0-9]+)$/i.exec(selector)?.[1];
      if (last !== undefined) sheet.set(last, merge(sheet.get(last), { ...SILENT, background: null }));
    }
  }
};

/** The second style over the first. */
export const merge = (under: Visibility | undefined, over: Visibility): Visibility => {
  if (under === undefined || under === SILENT) return over;
  if (over === SILENT) return under;
  return {
    gone: under.gone || over.gone,
    tiny: over.tiny ?? under.tiny,
    invisible: over.invisible ?? under.invisible,
    color: over.color === undefined ? under.color : over.color,
    background: over.background === undefined ? under.background : over.background,
  };
};
