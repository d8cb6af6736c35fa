/**
 * Raw material for a large made-up mailbox: a vocabulary with the shape of real text (few words often, many words rarely)
 * and pools of ready encoded paragraphs. Messages are put together from these, since encoding each one anew would be
 * slower than the disk.
 */
import type { Random } from '#std/random.ts';

const COMMON: Record<Language, string> = {
  en: 'the of to and a in for is on that with as it be are this by from at or an we you your our have will can not if was has but all new more about one time which please here when what how they their order team meeting report update question thanks week month price offer change next first only also just there need see know read page list ship date',
  de: 'der die das und in zu den mit von für ist im nicht auf ein eine dem sich des auch an als es wir sie haben bei oder wenn nach können über bitte wird größer schön Grüße früher später müssen würde Lieferung Rechnung Termin Woche Frage Änderung',
  fr: 'le la les de des et à en un une du pour que qui dans est sur par plus avec ne pas au nous vous votre être très déjà après où même année réunion semaine prix facture élève château forêt modifié détaillé reçu',
  es: 'el la los las de y en que un una por con para es no se al lo como más pero su le ya está año mañana reunión también según aquí pequeño señor factura envío página rápido después todavía',
  ja: 'の に は を た が で て と し れ さ ある いる も する から な こと として い や など なっ ない この ため その 会議 資料 確認 お願い します 予定 変更 連絡 明日 来週 船 港 潮 時間 更新 報告',
};

type Language = 'en' | 'de' | 'fr' | 'es' | 'ja';

const ONSETS = [
  'b',
  'br',
  'c',
  'd',
  'dr',
  'f',
  'g',
  'gr',
  'h',
  'k',
  'l',
  'm',
  'n',
  'p',
  'pl',
  'r',
  's',
  'st',
  't',
  'tr',
  'v',
  'w',
];
const VOWELS = ['a', 'e', 'i', 'o', 'u', 'ea', 'ou', 'ai'];
const CODAS = ['', '', 'n', 'r', 'l', 's', 't', 'nd', 'ck', 'm'];

const VOCABULARY_WORDS = 20_000;
const COMMON_SHARE = 0.6;

export const pick = <T>(random: Random, list: readonly T[]): T => {
  const found = list[Math.floor(random.next() * list.length)];
  if (found === undefined) throw new Error('nothing to pick from');
  return found;
};

const coinWord = (random: Random): string => {
  let word = '';
  for (let i = 2 + Math.floor(random.next() * 2); i > 0; i--)
    word += pick(random, ONSETS) + pick(random, VOWELS) + pick(random, CODAS);
  return word;
};

/** Says words: six in ten from the commonest, the rest from a long tail, nearer words more often. */
const speaker = (random: Random, language: Language): (() => string) => {
  const common = COMMON[language].split(' ');
  const rare = Array.from({ length: VOCABULARY_WORDS }, () => coinWord(random));
  return () =>
    random.next() < COMMON_SHARE
      ? pick(random, common)
      : (rare[Math.floor(random.next() ** 3 * rare.length)] ?? 'word');
};

const sentence = (random: Random, say: () => string, language: Language): string => {
  const words = Array.from({ length: 6 + Math.floor(random.next() * 14) }, say);
  if (language === 'ja') return `${words.join('')}。`;
  const text = words.join(' ');
  return `${text[0]?.toUpperCase()}${text.slice(1)}${random.next() < 0.1 ? '?' : '.'}`;
};

const paragraph = (random: Random, say: () => string, language: Language): string =>
  Array.from({ length: 2 + Math.floor(random.next() * 4) }, () => sentence(random, say, language)).join(
    language === 'ja' ? '' : ' ',
  );

const WIDTH = 72;

const wrapped = (text: string): string => {
  let out = '';
  let column = 0;
  for (const word of text.split(' ')) {
    if (column > 0 && column + word.length + 1 > WIDTH) {
      out += '\n';
      column = 0;
    } else if (column > 0) {
      out += ' ';
      column++;
    }
    out += word;
    column += word.length;
  }
  return `${out}\n\n`;
};

const hex = (byte: number): string => `=${byte.toString(16).toUpperCase().padStart(2, '0')}`;

/** Quoted-printable of text whose lines are short already (RFC 2045, 6.7). */
const quotedPrintable = (text: string): string =>
  text
    .split('\n')
    .map((line) => {
      let out = '';
      let column = 0;
      for (const byte of Buffer.from(line)) {
        const piece =
          (byte >= 32 && byte < 61) || (byte > 61 && byte < 127) ? String.fromCharCode(byte) : hex(byte);
        if (column + piece.length > 75) {
          out += '=\n';
          column = 0;
        }
        out += piece;
        column += piece.length;
      }
      return out;
    })
    .join('\n');

const BASE64_LINE_BYTES = 57;

/** Base64 lines without padding, so that blocks can follow one another. */
const base64Block = (bytes: Buffer): string => {
  const missing = (BASE64_LINE_BYTES - (bytes.length % BASE64_LINE_BYTES)) % BASE64_LINE_BYTES;
  const whole = Buffer.concat([bytes, Buffer.alloc(missing, 0x0a)]);
  return `${(whole.toString('base64').match(/.{76}/g) ?? []).join('\n')}\n`;
};

const cell = (text: string, color: string): string =>
  `<tr><td style=3D"padding:12px 24px;font-family:Helvetica,Arial,sans-serif;font-=\nsize:15px;line-height:22px;color:${color}">\n${wrapped(text).trimEnd().replaceAll('=', '=3D')}\n</td></tr>\n`;

export interface Pool {
  charset: string;
  encoding: string;
  paragraphs: Buffer[];
}

export interface Material {
  /** Plain text, by how it is encoded. English first and by far the commonest. */
  plain: Pool;
  foreign: Pool[];
  /** Table rows of a newsletter in quoted-printable UTF-8. */
  rows: Buffer[];
  /** Base64 lines of noise for attachments; every line is 77 bytes with its newline. */
  noise: Buffer;
  words: () => string;
}

export const NOISE_LINE = 77;
const NOISE_LINES = 60_000;
const PARAGRAPHS = 3000;
const FOREIGN_PARAGRAPHS = 500;

const pool = (
  random: Random,
  language: Language,
  how: { charset: string; encoding: string; encode: (text: string) => Buffer },
): Pool => {
  const say = speaker(random, language);
  const length = language === 'en' ? PARAGRAPHS : FOREIGN_PARAGRAPHS;
  return {
    charset: how.charset,
    encoding: how.encoding,
    paragraphs: Array.from({ length }, () => how.encode(paragraph(random, say, language))),
  };
};

/** About 10 MB, made once. */
export const makeMaterial = (random: Random): Material => {
  const words = speaker(random, 'en');
  const qp = (text: string): Buffer => Buffer.from(quotedPrintable(wrapped(text)));
  return {
    words,
    plain: pool(random, 'en', {
      charset: 'us-ascii',
      encoding: '7bit',
      encode: (t) => Buffer.from(wrapped(t)),
    }),
    foreign: [
      pool(random, 'de', { charset: 'utf-8', encoding: 'quoted-printable', encode: qp }),
      pool(random, 'fr', { charset: 'utf-8', encoding: 'quoted-printable', encode: qp }),
      pool(random, 'es', {
        charset: 'iso-8859-1',
        encoding: '8bit',
        encode: (t) => Buffer.from(wrapped(t), 'latin1'),
      }),
      pool(random, 'ja', {
        charset: 'utf-8',
        encoding: 'base64',
        encode: (t) => Buffer.from(base64Block(Buffer.from(`${t}\n\n`))),
      }),
    ],
    rows: Array.from({ length: PARAGRAPHS }, () =>
      Buffer.from(cell(paragraph(random, words, 'en'), pick(random, ['#222222', '#1f3a5f', '#444444']))),
    ),
    noise: Buffer.from(base64Block(Buffer.from(random.bytes(NOISE_LINES * BASE64_LINE_BYTES)))),
  };
};
