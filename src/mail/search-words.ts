/** What separates words: everything but letters, digits and marks. The same for both kinds of index. */
const NOT_WORD = /[^\p{L}\p{N}\p{M}]+/gu;

/**
 * Text as PostgreSQL indexes it: its own parser would keep addresses and hosts whole, and letters with their accents. The
 * embedded engine's tokenizer does the same by itself.
 */
export const plainWords = (text: string): string =>
  text
    .normalize('NFD')
    .replaceAll(/\p{M}+/gu, '')
    .replaceAll(NOT_WORD, ' ')
    .trim()
    .toLowerCase();

/** The words of a term of a search, at most `limit`. */
export const wordsOf = (text: string, limit: number): string[] => {
  const plain = plainWords(text);
  return plain === '' ? [] : plain.split(' ').slice(0, limit);
};
