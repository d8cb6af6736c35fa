import { READING_WORDS_PER_MINUTE } from '#config/limits-digests.ts';

const words = new Intl.Segmenter('und', { granularity: 'word' });

/**
 * Seconds that a person takes to read a text, whatever its language. `text` may be its beginning only: `chars` is how long
 * it is in all, and the rest counts as if it were alike.
 */
export const readingSeconds = (text: string, chars = text.length): number => {
  if (text === '') return 0;
  let count = 0;
  for (const { isWordLike } of words.segment(text)) if (isWordLike) count++;
  const all = count * Math.max(1, chars / text.length);
  return Math.ceil((all / READING_WORDS_PER_MINUTE) * 60);
};
