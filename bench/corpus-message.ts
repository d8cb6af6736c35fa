/** One made-up message after another, as lists of buffers that share the pools they were cut from. */
import type { Random } from '#std/random.ts';
import { type Material, NOISE_LINE, type Pool, pick } from './corpus-text.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const SENDERS = 2000;
const LISTS = 120;
const OPEN_THREADS = 512;
const MOST_REFERENCES = 6;
const START_MS = Date.parse('2023-01-02T06:00:00Z');
const MEAN_GAP_MS = 9 * 60_000;

/** Shares of a hundred thousand messages. The rest are plain letters. */
const SHARE = { newsletter: 0.34, attachment: 0.04, huge: 0.0012, foreign: 0.12, reply: 0.35 };

interface Open {
  id: string;
  subject: string;
  references: string[];
}

interface Sender {
  name: string;
  address: string;
}

const capital = (word: string): string => `${word[0]?.toUpperCase()}${word.slice(1)}`;

/** Log-uniform: as many between 50 kB and 100 kB as between 1 MB and 2 MB. */
const between = (random: Random, low: number, high: number): number =>
  Math.floor(low * (high / low) ** random.next());

const makePeople = (random: Random, material: Material): { people: Sender[]; lists: Sender[] } => {
  const name = (): string => capital(material.words());
  const people = Array.from({ length: SENDERS }, (_, i) => {
    const [first, last] = [name(), name()];
    return {
      name: `${first} ${last}`,
      address: `${first}.${last}${i}@${material.words()}${i % 97}.example`.toLowerCase(),
    };
  });
  const lists = Array.from({ length: LISTS }, (_, i) => ({
    name: `The ${name()} ${pick(random, ['Weekly', 'Digest', 'Letter', 'Offers'])}`,
    address: `news@${material.words()}${i}.example`.toLowerCase(),
  }));
  return { people, lists };
};

const textHead = (pool: Pool): string =>
  `Content-Type: text/plain; charset=${pool.charset}\nContent-Transfer-Encoding: ${pool.encoding}\n\n`;

export class MessageMaker {
  readonly #random: Random;
  readonly #material: Material;
  readonly #people: Sender[];
  readonly #lists: Sender[];
  readonly #open: Open[] = [];
  #count = 0;
  #now = START_MS;

  constructor(random: Random, material: Material) {
    this.#random = random;
    this.#material = material;
    const { people, lists } = makePeople(random, material);
    this.#people = people;
    this.#lists = lists;
  }

  /** The next message with its separator line and the empty line after it, in mboxrd. */
  next(): Buffer[] {
    const random = this.#random;
    const dice = random.next();
    if (dice < SHARE.huge) return this.#withFile(between(random, 2 * MIB, 10 * MIB));
    if (dice < SHARE.huge + SHARE.attachment) return this.#withFile(between(random, 50 * KIB, 2 * MIB));
    if (dice < SHARE.huge + SHARE.attachment + SHARE.newsletter) return this.#newsletter();
    return this.#letter();
  }

  #subjectLine(): string {
    const length = 3 + Math.floor(this.#random.next() * 5);
    return capital(Array.from({ length }, this.#material.words).join(' '));
  }

  #head(from: Sender, extra: string): { text: string; mark: string } {
    this.#count++;
    this.#now += Math.floor(this.#random.next() * 2 * MEAN_GAP_MS);
    const mark = `${this.#count.toString(36)}.${Math.floor(this.#random.next() * 2 ** 32).toString(36)}`;
    const id = `${mark}@${from.address.slice(from.address.indexOf('@') + 1)}`;
    const at = new Date(this.#now).toUTCString();
    const parent =
      extra === '' && this.#open.length > 0 && this.#random.next() < SHARE.reply
        ? pick(this.#random, this.#open)
        : undefined;
    const subject = parent ? `Re: ${parent.subject}` : this.#subjectLine();
    const references = parent ? [...parent.references, parent.id].slice(-MOST_REFERENCES) : [];
    this.#open[(this.#count - 1) % OPEN_THREADS] = { id, subject: parent?.subject ?? subject, references };
    const date = at.replace('GMT', '+0000');
    const [day = '', dom = '', month = '', year = '', clock = ''] = at.replace(',', '').split(' ');
    const separator = `${day} ${month} ${dom.padStart(2, ' ')} ${clock} ${year}`;
    const domain = from.address.slice(from.address.indexOf('@') + 1);
    const text =
      `From ${from.address} ${separator}\nReturn-Path: <${from.address}>\nReceived: from mail.${domain} by mx.corpus.example with ESMTPS id ${mark};\n\t${date}\n` +
      `Authentication-Results: mx.corpus.example; spf=pass smtp.mailfrom=${domain};\n\tdkim=pass header.d=${domain}; dmarc=pass header.from=${domain}\n` +
      `Date: ${date}\nFrom: ${from.name} <${from.address}>\nTo: Robin <robin@corpus.example>\nSubject: ${subject}\nMessage-ID: <${id}>\n` +
      `${parent ? `In-Reply-To: <${parent.id}>\nReferences: ${references.map((r) => `<${r}>`).join('\n ')}\n` : ''}${extra}Status: ${this.#random.next() < 0.7 ? 'RO' : 'O'}\nMIME-Version: 1.0\n`;
    return { text, mark };
  }

  #fill(out: Buffer[], parts: readonly Buffer[], bytes: number): void {
    for (let size = 0; size < bytes; ) {
      const part = pick(this.#random, parts);
      out.push(part);
      size += part.length;
    }
  }

  #noise(out: Buffer[], bytes: number): void {
    const lines = this.#material.noise.length / NOISE_LINE;
    for (let left = Math.ceil(bytes / NOISE_LINE); left > 0; ) {
      const from = Math.floor(this.#random.next() * lines);
      const take = Math.min(left, lines - from);
      out.push(this.#material.noise.subarray(from * NOISE_LINE, (from + take) * NOISE_LINE));
      left -= take;
    }
  }

  #letter(): Buffer[] {
    const pool =
      this.#random.next() < SHARE.foreign ? pick(this.#random, this.#material.foreign) : this.#material.plain;
    const { text, mark } = this.#head(pick(this.#random, this.#people), '');
    const own = pool.encoding === 'base64' ? '' : `Ref ${mark}\n\n`;
    const out = [Buffer.from(`${text}${textHead(pool)}${own}`)];
    this.#fill(out, pool.paragraphs, between(this.#random, KIB, 12 * KIB));
    out.push(Buffer.from('\n'));
    return out;
  }

  #newsletter(): Buffer[] {
    const from = pick(this.#random, this.#lists);
    const domain = from.address.slice(5);
    const { text, mark } = this.#head(
      from,
      `List-Id: ${from.name} <news.${domain}>\nList-Unsubscribe: <https://${domain}/leave/${this.#count}>\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\nPrecedence: bulk\n`,
    );
    const out = [
      Buffer.from(
        `${text}Content-Type: multipart/alternative; boundary="alt-${mark}"\n\n--alt-${mark}\n${textHead(this.#material.plain)}Issue ${mark}\n\n`,
      ),
    ];
    const size = between(this.#random, 3 * KIB, 24 * KIB);
    this.#fill(out, this.#material.plain.paragraphs, size / 4);
    out.push(
      Buffer.from(
        `--alt-${mark}\nContent-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n<html><head><style>td{margin:0}</style></head><body><h1>Issue ${mark}</h1><table>\n`,
      ),
    );
    this.#fill(out, this.#material.rows, size);
    out.push(
      Buffer.from(
        `</table><img src=3D"https://${domain}/seen/${this.#count}.gif" width=3D"1" height=3D"1"></body></html>\n--alt-${mark}--\n\n`,
      ),
    );
    return out;
  }

  #withFile(bytes: number): Buffer[] {
    const { text, mark } = this.#head(pick(this.#random, this.#people), '');
    const [type, ending] = pick(this.#random, [
      ['application/pdf', 'pdf'],
      ['image/jpeg', 'jpg'],
      ['application/zip', 'zip'],
      ['application/vnd.openxmlformats-officedocument.wordprocessingml.document', 'docx'],
    ] as const);
    const out = [
      Buffer.from(
        `${text}Content-Type: multipart/mixed; boundary="mix-${mark}"\n\n--mix-${mark}\n${textHead(this.#material.plain)}Attached: ${mark}\n\n`,
      ),
    ];
    this.#fill(out, this.#material.plain.paragraphs, KIB);
    out.push(
      Buffer.from(
        `--mix-${mark}\nContent-Type: ${type}\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment; filename="${this.#material.words()}-${this.#count}.${ending}"\n\n`,
      ),
    );
    this.#noise(out, bytes);
    out.push(Buffer.from(`--mix-${mark}--\n\n`));
    return out;
  }
}
