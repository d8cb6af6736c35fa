export const hasWildcard = (pattern: string): boolean => pattern.includes('*') || pattern.includes('?');

/**
 * Whether the whole text fits the pattern, where `*` is any run and `?` any one character. Never slower than the product
 * of both lengths.
 */
export const fitsWildcard = (pattern: string, text: string): boolean => {
  let p = 0;
  let t = 0;
  let star = -1;
  let restart = 0;
  while (t < text.length) {
    if (p < pattern.length && pattern[p] === '*') {
      star = p++;
      restart = t;
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++restart;
    } else return false;
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
};

/** A test for one pattern; patterns without wildcards compare as they are. */
export const wildcardTest = (pattern: string): ((text: string) => boolean) =>
  hasWildcard(pattern) ? (text) => fitsWildcard(pattern, text) : (text) => text === pattern;

/** The longest piece of the pattern without wildcards, which every fitting text holds. '' when there is none. */
export const longestLiteral = (pattern: string): string =>
  pattern.split(/[*?]+/).reduce((best, piece) => (piece.length > best.length ? piece : best), '');
