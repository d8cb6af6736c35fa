import { type Instant, parseInstant } from '#std/time.ts';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

// RFC 5322 §4.3; other names mean a time we don't know, which is read as UTC.
const ZONES: Record<string, string> = {
  EST: '-05:00',
  EDT: '-04:00',
  CST: '-06:00',
  CDT: '-05:00',
  MST: '-07:00',
  MDT: '-06:00',
  PST: '-08:00',
  PDT: '-07:00',
};

const RFC_DATE =
  /(\d{1,2})[\s-]+([a-z]{3})[a-z]*\.?[\s,-]+(\d{2,4})[\s,]+(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:\.\d+)?(?:\s*([ap])m\b)?\s*(?:(?:GMT|UTC?)?([+-]\d{1,2}:?\d{2})|([a-z]{1,5}))?/i;
const C_DATE =
  /([a-z]{3})\s+(\d{1,2})\s+(\d{1,2}):(\d{2}):(\d{2})\s+(?:(?:([+-]\d{4})|[a-z]{1,5})\s+)?(\d{4})/i;
const DATE_CHARS = 200;

/**
 * A Date header (RFC 5322 §3.3, with its obsolete forms) or an mbox date → Instant; null when it can't be read. A date
 * without a zone is taken for UTC, so that the answer never depends on where we run.
 */
export const readMailDate = (value: string): Instant | null => {
  const text = value.slice(0, DATE_CHARS);
  const rfc = RFC_DATE.exec(text);
  if (rfc) {
    const [, day, month, year, hour, minute, second, half, offset, name] = rfc;
    return build(
      year,
      month,
      day,
      `${pad(clock24(hour, half))}:${minute}:${second ?? '00'}`,
      zone(offset, name),
    );
  }
  const c = C_DATE.exec(text);
  if (c) return build(c[7], c[1], c[2], `${pad(c[3])}:${c[4]}:${c[5]}`, zone(c[6], undefined));
  const iso = /\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?\s*(Z|[+-]\d{2}:?\d{2})?/.exec(text);
  if (!iso) return null;
  const at = iso[0].replace(' ', 'T').replace(/\s+/, '');
  return parseInstant(iso[1] === undefined ? `${at}Z` : at) ?? null;
};

/** '8' and 'p' → '20'. */
const clock24 = (hour: string | undefined, half: string | undefined): string | undefined =>
  half === undefined ? hour : String((Number(hour) % 12) + (half.toLowerCase() === 'p' ? 12 : 0));

const pad = (digits: string | undefined): string => (digits ?? '0').padStart(2, '0');

const build = (
  year: string | undefined,
  month: string | undefined,
  day: string | undefined,
  ...[time, offset]: [string, string]
): Instant | null => {
  const index = MONTHS.indexOf((month ?? '').slice(0, 3).toLowerCase());
  if (index === -1) return null;
  const date = `${fullYear(year ?? '')}-${pad(String(index + 1))}-${pad(day)}`;
  // A leap second is no time that JavaScript knows.
  return parseInstant(`${date}T${time.replace(/:60$/, ':59')}${offset}`) ?? null;
};

/** RFC 5322 §4.3: two digits below 50 are 20xx, others 19xx; three digits count from 1900. */
const fullYear = (year: string): string => {
  if (year.length === 4) return year;
  const n = Number(year);
  return String(year.length === 2 && n < 50 ? 2000 + n : 1900 + n);
};

const zone = (offset: string | undefined, name: string | undefined): string => {
  if (offset === undefined) return (name && ZONES[name.toUpperCase()]) || 'Z';
  const digits = offset.slice(1).replace(':', '').padStart(4, '0');
  return `${offset[0]}${digits.slice(0, 2)}:${digits.slice(2)}`;
};
