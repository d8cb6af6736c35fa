// biome-ignore lint/suspicious/noControlCharactersInRegex: the range is the whole of ASCII.
const NOT_ASCII = /[^\x00-\x7f]/;

export const isAscii = (text: string): boolean => !NOT_ASCII.test(text);

/** Characters that no reader sees, put between letters to slip past filters. */
const INVISIBLE = /[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;
const SPACE_RUNS = / *[\t-\r\u0085\u2028\u2029]\s*| {2,}/g;

/**
 * The text that regular expressions see: full-width letters and ligatures become plain ones (Unicode NFKC), invisible
 * characters go, line breaks and case stay. ASCII text is returned as it is.
 */
export const plainWidth = (text: string): string =>
  isAscii(text) ? text : text.replace(INVISIBLE, '').normalize('NFKC');

/**
 * The text that is compared: `plainWidth`, without case, and with every run of white space as one space.
 * Going through upper case first makes ß equal ss, and final sigma equal sigma. There is no second normalisation, so that
 * an ASCII run in the plain text is always found in the folded text: literals taken from expressions rely on it.
 */
export const foldPlain = (plain: string): string => {
  const lower = isAscii(plain) ? plain.toLowerCase() : plain.toUpperCase().toLowerCase().replaceAll('ς', 'σ');
  return lower.replace(SPACE_RUNS, ' ');
};

export const fold = (text: string): string => foldPlain(plainWidth(text));
