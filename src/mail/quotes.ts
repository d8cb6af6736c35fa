import {
  isAttribution,
  isListRule,
  isOriginalMark,
  isQuotedFrom,
  isQuotedHeader,
  isSentFrom,
  mayStartAttribution,
} from './quote-marks.ts';

/** Lines of a footer of a mailing list, below its rule. */
const LIST_FOOTER_LINES = 12;
/** Lines that a signature may have before it is taken for text. */
const SIGNATURE_LINES = 15;
/** Lines that "On … wrote:" may be folded into. */
const ATTRIBUTION_LINES = 3;
/** Lines after "From:" among which another header must stand. */
const HEADER_BLOCK_LINES = 4;

/**
 * The text without quoted mail, forwarded mail, signature and mailing list footer. Answers between quoted lines are kept.
 * Linear; never throws. What is only a forward gives ''.
 */
export const newTextOf = (text: string): string => {
  if (text === '') return '';
  const lines = text.split(/\r\n|\r|\n/);
  const kept = withoutQuotes(lines);
  const end = signatureStart(kept);
  return kept
    .slice(0, end)
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
};

const withoutQuotes = (lines: readonly string[]): string[] => {
  const kept: string[] = [];
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? '';
    const trimmed = line.trim();
    if (trimmed === '') {
      kept.push('');
      continue;
    }
    if (isQuoted(trimmed)) continue;
    const key = trimmed.length <= 1_000 ? trimmed.toLowerCase() : '';
    if (isOriginalMark(key)) return kept;
    if (isQuotedFrom(key) && startsHeaderBlock(lines, i)) return withoutRule(kept);
    const attribution = attributionLines(lines, i, key);
    if (attribution > 0) {
      // With no quote marks below it, all that follows is the quoted mail.
      if (!quoteFollows(lines, i + attribution)) return kept;
      i += attribution - 1;
      continue;
    }
    kept.push(line.trimEnd());
  }
  return kept;
};

/** Outlook draws a line above the quoted headers. */
const withoutRule = (kept: string[]): string[] => {
  let end = kept.length;
  while (end > 0 && kept[end - 1]?.trim() === '') end--;
  return /^[_-]{5,}$/.test(kept[end - 1]?.trim() ?? '') ? kept.slice(0, end - 1) : kept;
};

const isQuoted = (line: string): boolean => line.startsWith('>');

const startsHeaderBlock = (lines: readonly string[], from: number): boolean => {
  let headers = 0;
  for (let i = from + 1; i <= from + HEADER_BLOCK_LINES && i < lines.length; i++) {
    const line = (lines[i] ?? '').trim();
    if (line.length <= 1_000 && isQuotedHeader(line.toLowerCase())) headers++;
  }
  return headers >= 2;
};

/** How many lines from `from` on make up "On … wrote:"; 0 for none. */
const attributionLines = (lines: readonly string[], from: number, first: string): number => {
  if (first === '' || first.length > 400) return 0;
  if (isAttribution(first)) return 1;
  if (!mayStartAttribution(first)) return 0;
  let joined = first;
  for (let count = 2; count <= ATTRIBUTION_LINES && from + count <= lines.length; count++) {
    const next = (lines[from + count - 1] ?? '').trim();
    if (next === '' || next.length > 400 || isQuoted(next)) return 0;
    joined += ` ${next.toLowerCase()}`;
    if (isAttribution(joined)) return count;
  }
  return 0;
};

const quoteFollows = (lines: readonly string[], from: number): boolean => {
  for (let i = from; i < Math.min(lines.length, from + 3); i++) {
    const line = (lines[i] ?? '').trim();
    if (line !== '') return isQuoted(line);
  }
  return false;
};

/** Where the signature or the footer of a list starts. */
const signatureStart = (lines: readonly string[]): number => {
  let end = lines.length;
  while (end > 0 && lines[end - 1] === '') end--;
  const footer = lastLine(lines, end, LIST_FOOTER_LINES, isListRule);
  if (footer !== -1) end = footer;
  const signature = lastLine(lines, end, SIGNATURE_LINES, (line) => line === '--' || line === '—');
  if (signature !== -1) end = signature;
  while (end > 0 && lines[end - 1]?.trim() === '') end--;
  if (end > 0 && isSentFrom((lines[end - 1] ?? '').trim().toLowerCase())) end--;
  return end;
};

const lastLine = (
  lines: readonly string[],
  end: number,
  within: number,
  is: (line: string) => boolean,
): number => {
  for (let i = end - 1; i >= 0 && i >= end - within; i--) {
    if (is((lines[i] ?? '').trim())) return i;
  }
  return -1;
};
