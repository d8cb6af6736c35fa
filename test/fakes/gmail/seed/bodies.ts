import type { SeededRandom } from '#test/fakes/gmail/seeded-random.ts';
import type { MailKind } from './mail-at.ts';

export interface MadeBody {
  /** Content-Type and the like. */
  headers: readonly string[];
  bytes: Buffer;
}

interface Seeded {
  random: SeededRandom;
  topic: string;
  index: number;
}

const SENTENCES = [
  'I have looked at it again and think we are close.',
  'Could you tell me by Thursday whether that suits you?',
  'The figures have changed a little since last month.',
  'Nothing needs to be done before the weekend.',
  'There is one open point that we should settle together.',
  'Thank you for the quick answer.',
  'The rest can wait until we meet.',
  'Please find the details below.',
] as const;

const paragraph = ({ random, topic }: Seeded, sentences: number): string => {
  const said = Array.from({ length: sentences }, () => SENTENCES[random.below(SENTENCES.length)] ?? '');
  return `This is about ${topic}. ${said.join(' ')}`;
};

const plain = (text: string): MadeBody => ({
  headers: ['Content-Type: text/plain; charset=utf-8', 'Content-Transfer-Encoding: 8bit'],
  bytes: Buffer.from(`${text}\r\n`, 'utf8'),
});

const multipart = (kind: string, boundary: string, parts: readonly string[]): MadeBody => ({
  headers: [`Content-Type: multipart/${kind}; boundary="${boundary}"`],
  bytes: Buffer.from(
    `${parts.map((one) => `--${boundary}\r\n${one}\r\n`).join('')}--${boundary}--\r\n`,
    'utf8',
  ),
});

const textPart = (type: string, text: string): string =>
  `Content-Type: ${type}; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${text}`;

const person = (of: Seeded): MadeBody =>
  plain(`Hello,\r\n\r\n${paragraph(of, 3)}\r\n\r\n${paragraph(of, 2)}\r\n\r\nBest wishes`);

const notice = (of: Seeded): MadeBody =>
  plain(`${paragraph(of, 1)}\r\n\r\nhttps://notice.example/n/${of.index}`);

const receipt = (of: Seeded): MadeBody =>
  multipart('alternative', `r${of.index}`, [
    textPart('text/plain', `Order ${of.index}\r\nTotal: ${10 + of.random.below(90)}.00 EUR\r\n`),
    textPart(
      'text/html',
      `<table><tr><td>Order</td><td>${of.index}</td></tr></table><p>${paragraph(of, 1)}</p>`,
    ),
  ]);

const newsletter = (of: Seeded): MadeBody => {
  const items = Array.from({ length: 6 }, (_, n) => `<h2>Item ${n + 1}</h2><p>${paragraph(of, 4)}</p>`).join(
    '\r\n',
  );
  const body = multipart('alternative', `n${of.index}`, [
    textPart('text/plain', paragraph(of, 6)),
    textPart(
      'text/html',
      `<html><body>${items}<a href="https://news.example/u/${of.index}">Unsubscribe</a></body></html>`,
    ),
  ]);
  return {
    ...body,
    headers: [
      'List-Id: <letters.news.example>',
      `List-Unsubscribe: <https://news.example/u/${of.index}>`,
      'Precedence: bulk',
      ...body.headers,
    ],
  };
};

const attachment = (of: Seeded): MadeBody => {
  const bytes = Buffer.from(of.random.hex(2_000))
    .toString('base64')
    .replace(/(.{76})/g, '$1\r\n');
  return multipart('mixed', `a${of.index}`, [
    textPart('text/plain', paragraph(of, 2)),
    `Content-Type: application/pdf; name="paper-${of.index}.pdf"\r\nContent-Disposition: attachment; filename="paper-${of.index}.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\n${bytes}`,
  ]);
};

/** Charsets and encodings that are seldom seen. */
const odd = (of: Seeded): MadeBody => {
  const latin = 'Sch\u00f6ne Gr\u00fc\u00dfe, \u00e7a va, ma\u00f1ana.';
  switch (of.index % 3) {
    case 0:
      return {
        headers: ['Content-Type: text/plain; charset=iso-8859-1', 'Content-Transfer-Encoding: 8bit'],
        bytes: Buffer.from(`${latin}\r\n`, 'latin1'),
      };
    case 1:
      return {
        headers: [
          'Content-Type: text/plain; charset=windows-1252',
          'Content-Transfer-Encoding: quoted-printable',
        ],
        bytes: Buffer.from('Preis: 12 =80 =96 sch=F6n\r\n', 'latin1'),
      };
    default:
      return {
        headers: ['Content-Type: text/html; charset=utf-16le', 'Content-Transfer-Encoding: base64'],
        bytes: Buffer.from(Buffer.from(`<p>${latin}</p>`, 'utf16le').toString('base64')),
      };
  }
};

/** Makes the body of each kind of mail. */
export const BODIES: Readonly<Record<MailKind, (of: Seeded) => MadeBody>> = {
  newsletter,
  receipt,
  notice,
  person,
  attachment,
  odd,
};
