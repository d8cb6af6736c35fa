import type { DigestSummary, Person, SummaryTier } from '#lib/api/digest-types.ts';
import { count, duration } from '#lib/format.ts';
import type { Word } from '#lib/words.ts';

/** What wrote a summary. */
export const tierWord: Record<SummaryTier, string> = {
  model: 'Summary by the model',
  fallback: 'Summary by the second model',
  local: 'Summary without a model',
  first_sentences: 'Its first sentences',
};

export const digestWord: Record<DigestSummary['state'], Word> = {
  composed: { text: 'Made', tone: 'plain' },
  delivered: { text: 'Delivered', tone: 'good' },
  failed: { text: 'Not delivered', tone: 'bad' },
};

export const personName = ({ name, address }: Person): string => name || address || 'Unknown sender';

/** Less than this many seconds of reading is not worth a word. */
const WORTH_SECONDS = 30;

export const readingTime = (seconds: number): string =>
  seconds < WORTH_SECONDS ? '' : `${duration(Math.max(60, seconds))} to read`;

/** What is in a digest, in one line. */
export const digestLine = ({ totals, readingSeconds }: DigestSummary): string =>
  [
    totals.unread > 0 ? `${count(totals.unread)} new and unread` : 'Nothing new and unread',
    totals.waiting > 0 ? `${count(totals.waiting)} waiting for you` : '',
    totals.done > 0 ? `${count(totals.done)} done by itself` : '',
    readingTime(readingSeconds),
  ]
    .filter((part) => part !== '')
    .join(' · ');
