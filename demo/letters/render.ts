/** Letters to RFC 5322 messages, and messages to one mboxrd file. Lines end in LF, as in every mbox. */
import { createHash } from 'node:crypto';
import { headerDate, moment, separatorDate } from './dates.ts';
import { base64Lines, encodeHeader, fold, isAscii, textPart, wrap } from './encode.ts';
import { type Attachment, domainOf, type Letter, type Person, robin } from './letter.ts';

const SERVER = 'mx.hale.example';

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The Message-ID of a letter, without angle brackets: the same letter always gets the same one. */
export const messageId = (from: Person, subject: string, ms: number): string =>
  `${digest(`${from.address}|${subject}|${ms}`).slice(0, 20)}@${domainOf(from.address)}`;

const mailbox = (p: Person, charset?: Letter['charset']): string => {
  if (p.name === '') return p.address;
  if (!isAscii(p.name)) return `${encodeHeader(p.name, charset)} <${p.address}>`;
  return `${/^[\w !'-]+$/.test(p.name) ? p.name : `"${p.name.replace(/["\\]/g, '\\$&')}"`} <${p.address}>`;
};

const multipart = (kind: string, boundary: string, parts: readonly string[]): string =>
  `Content-Type: multipart/${kind}; boundary="${boundary}"\n\n${parts
    .map((p) => `--${boundary}\n${p}\n`)
    .join('')}--${boundary}--\n`;

const filePart = (file: Attachment): string => {
  const name = isAscii(file.name)
    ? `filename="${file.name}"`
    : `filename*=UTF-8''${encodeURIComponent(file.name)}`;
  const place = file.cid ? `inline; ${name}\nContent-ID: <${file.cid}>` : `attachment; ${name}`;
  return `Content-Type: ${file.type}\nContent-Transfer-Encoding: base64\nContent-Disposition: ${place}\n\n${base64Lines(file.bytes)}`;
};

const readable = (letter: Letter, mark: string): string => {
  const how = { charset: letter.charset, encoding: letter.encoding };
  const plain = textPart('text/plain', `${wrap(letter.text)}\n`, how);
  const others: string[] = [];
  if (letter.html) {
    const html = textPart('text/html', `${letter.html}\n`, how);
    const shown = (letter.files ?? []).filter((f) => f.cid);
    others.push(shown.length ? multipart('related', `rel_${mark}`, [html, ...shown.map(filePart)]) : html);
  }
  if (letter.calendar) {
    const { method, ics } = letter.calendar;
    others.push(
      `Content-Type: text/calendar; charset=utf-8; method=${method}\nContent-Transfer-Encoding: base64\n\n${base64Lines(Buffer.from(ics))}`,
    );
  }
  return others.length ? multipart('alternative', `alt_${mark}`, [plain, ...others]) : plain;
};

const report = (letter: Letter, mark: string, r: NonNullable<Letter['report']>): string =>
  multipart(`report; report-type=${r.type}`, `rep_${mark}`, [
    textPart('text/plain', `${wrap(letter.text)}\n`),
    `Content-Type: message/${r.type}\n\n${r.fields}`,
    `Content-Type: text/rfc822-headers\n\n${r.returned}`,
  ]);

const body = (letter: Letter, mark: string): string => {
  if (letter.report) return report(letter, mark, letter.report);
  const attached = (letter.files ?? []).filter((f) => !f.cid);
  const main = readable(letter, mark);
  return attached.length ? multipart('mixed', `mix_${mark}`, [main, ...attached.map(filePart)]) : main;
};

/** RFC 8601. `none` is a sender whose domain publishes nothing to check against. */
const authentication = (letter: Letter): string => {
  const domain = domainOf(letter.from.address);
  const result = letter.auth ?? 'pass';
  const spf = `spf=${result} smtp.mailfrom=${domain}`;
  const dkim = result === 'softfail' ? 'dkim=none' : `dkim=${result} header.d=${domain}`;
  const dmarc = `dmarc=${result === 'softfail' ? 'fail' : result} header.from=${domain}`;
  return `${SERVER}; ${spf}; ${dkim}; ${dmarc}`;
};

const sentByRobin = (letter: Letter): boolean => letter.from.address === robin.address;

const headers = (letter: Letter, ms: number, id: string): string[] => {
  const list = (people: readonly Person[]): string =>
    people.map((p) => mailbox(p, letter.charset)).join(', ');
  const to = letter.to ?? [robin];
  const out: string[] = [];
  if (!sentByRobin(letter)) {
    const origin = domainOf(letter.from.address);
    out.push(`Return-Path: <${letter.report ? '' : letter.from.address}>`, `Delivered-To: ${robin.address}`);
    out.push(
      fold(
        'Received',
        `from mail.${origin} by ${SERVER} with ESMTPS id ${id.slice(0, 10)}; ${headerDate(ms + 2000)}`,
      ),
    );
    out.push(fold('Authentication-Results', authentication(letter)));
  }
  out.push(`Date: ${headerDate(ms, letter.from.zone)}`);
  out.push(letter.rawFrom ? `From: ${letter.rawFrom}` : `From: ${mailbox(letter.from, letter.charset)}`);
  if (to.length) out.push(fold('To', list(to)));
  if (letter.cc?.length) out.push(fold('Cc', list(letter.cc)));
  const subject = encodeHeader(letter.subject, letter.charset);
  out.push(subject.includes('\n') ? `Subject: ${subject}` : fold('Subject', subject));
  out.push(`Message-ID: <${id}>`);
  if (letter.inReplyTo) out.push(`In-Reply-To: <${letter.inReplyTo}>`);
  if (letter.references?.length)
    out.push(fold('References', letter.references.map((r) => `<${r}>`).join(' ')));
  for (const [name, value] of letter.headers ?? []) out.push(fold(name, value));
  out.push(`Status: ${letter.read || sentByRobin(letter) ? 'RO' : 'O'}`);
  if (letter.starred) out.push('X-Status: F');
  out.push('MIME-Version: 1.0');
  return out;
};

const SECONDS = 60_000;

/** One message as an mbox holds it: separator line, message, empty line. */
export const render = (letter: Letter): string => {
  const minute = moment(letter.day, letter.time);
  const id = letter.id ?? messageId(letter.from, letter.subject, minute);
  const ms = minute + (Number.parseInt(digest(id).slice(0, 8), 16) % 60) * (SECONDS / 60);
  const mark = digest(id).slice(0, 16);
  const message = `${headers(letter, ms, id).join('\n')}\n${body(letter, mark)}`;
  const quoted = message.replace(/^(>*From )/gm, '>$1');
  return `From ${letter.from.address} ${separatorDate(ms)}\n${quoted}${quoted.endsWith('\n') ? '' : '\n'}\n`;
};

/** All letters in the order in which they arrived, as one mboxrd file. */
export const renderMbox = (letters: readonly Letter[]): string =>
  letters
    .map((letter) => ({ letter, ms: moment(letter.day, letter.time) }))
    .sort((a, b) => a.ms - b.ms)
    .map(({ letter }) => render(letter))
    .join('');
