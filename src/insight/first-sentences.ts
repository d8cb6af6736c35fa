import { INSIGHT_TEXT_CHARS, SUMMARY_CHARS, SUMMARY_SENTENCES } from '#config/limits-digests.ts';
import { cutText, plainLine } from '#mail/plain-line.ts';

const sentences = new Intl.Segmenter('und', { granularity: 'sentence' });

/** Addresses of pages, files and mail, with the marks that stand around them in plain text. */
const LINK =
  /[<([]{0,3}\b(?:[a-z][a-z0-9+.-]{1,20}:\/\/|www\.|mailto:|data:|cid:|tel:)[^\s<>"'\])]*[>)\]]{0,3}/giu;
const IMAGE = /!?\[(?:image|cid)\b[^\]\n]{0,300}\]/giu;
const EMPTY_MARKS = /\(\s*\)|\[\s*\]|<\s*>/g;
/** A line of dashes, stars or the like. */
const RULE_LINE = /^[\p{P}\p{S}\s]*$/u;
/** "Dear Ann," in any language: a short first line that ends in a comma. */
const SALUTATION_CHARS = 40;
const SALUTATION = /[,،，、]$/u;

/** What is left of "Unsubscribe: <link>". */
const LABEL = /^.{1,60}[:：]$/u;

const cleanLine = (line: string): string => {
  const kept = line.replaceAll(LINK, ' ').replaceAll(IMAGE, ' ').replaceAll(EMPTY_MARKS, ' ');
  const plain = plainLine(kept, INSIGHT_TEXT_CHARS);
  return kept !== line && LABEL.test(plain) ? '' : plain;
};

/** Paragraphs of the text, each on one line: what was wrapped is one sentence again. */
const paragraphsOf = (text: string): string[] => {
  const paragraphs: string[] = [];
  let open = '';
  for (const raw of text.slice(0, INSIGHT_TEXT_CHARS).split(/\r\n|\r|\n/)) {
    const line = cleanLine(raw);
    if (line !== '' && !RULE_LINE.test(line)) {
      open += open === '' ? line : ` ${line}`;
      if (paragraphs.length > 0 || !isSalutation(open)) continue;
    }
    if (open !== '') paragraphs.push(open);
    open = '';
  }
  if (open !== '') paragraphs.push(open);
  return paragraphs;
};

const isSalutation = (line: string): boolean => line.length <= SALUTATION_CHARS && SALUTATION.test(line);

/**
 * The first sentences of a message's new text, as one plain paragraph of at most SUMMARY_CHARS characters: no greeting,
 * links, images or line breaks. '' when there is nothing to read. Never throws, whatever the text; works in any language.
 */
export const firstSentences = (newText: string): string => {
  const paragraphs = paragraphsOf(newText);
  const body = paragraphs.length > 1 && isSalutation(paragraphs[0] ?? '') ? paragraphs.slice(1) : paragraphs;
  const taken: string[] = [];
  let chars = 0;
  for (const paragraph of body) {
    for (const { segment } of sentences.segment(paragraph)) {
      const sentence = segment.trim();
      if (sentence === '') continue;
      const full = taken.length >= SUMMARY_SENTENCES || chars + 1 + sentence.length > SUMMARY_CHARS;
      if (full && taken.length > 0) return taken.join(' ');
      taken.push(cutText(sentence, SUMMARY_CHARS));
      chars += sentence.length + 1;
    }
  }
  return taken.join(' ');
};
