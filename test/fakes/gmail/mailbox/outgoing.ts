import { invalid } from '#test/fakes/gmail/api/api-error.ts';
import { decodeWords } from '#test/fakes/gmail/mime/encoded-words.ts';
import { headerOf, splitHead } from '#test/fakes/gmail/mime/header-lines.ts';
import { rewriteHead } from '#test/fakes/gmail/mime/rewrite.ts';
import type { World } from '#test/fakes/gmail/world.ts';
import { headOf, type MailHead } from './mail-item.ts';

/** A mail as it goes out, with what the ledger keeps of it. */
export interface Outgoing {
  raw: Buffer;
  head: MailHead;
  recipients: readonly string[];
  opId: string | undefined;
  to: string;
  givenMessageId: string;
}

const MOST_RECIPIENTS = 500;
const MAX_BYTES = 36_700_160;
const ADDRESS = /[^\s<>,;:"()[\]\\@]+@[^\s<>,;:"()[\]\\@]+/g;

const addressesIn = (value: string | undefined): string[] =>
  (value ?? '')
    .replace(/"(?:[^"\\]|\\.)*"/g, '')
    .match(ADDRESS)
    ?.map((one) => one.toLowerCase()) ?? [];

const httpDate = (ms: number): string => new Date(ms).toUTCString().replace('GMT', '+0000');

/** The bytes of `raw` in a body, which are in URL-safe base64. */
export const rawOf = (value: unknown): Buffer => {
  if (typeof value !== 'string' || value === '')
    throw invalid("'raw' RFC822 payload message string or uploading message via /upload/* URL required");
  if (!/^[A-Za-z0-9_-]*={0,2}$/.test(value))
    throw invalid("Invalid value at 'message.raw' (TYPE_BYTES), Base64 decoding failed");
  return Buffer.from(value, 'base64url');
};

/** Throws when the service would not take the mail for its size. */
export const checkSize = (raw: Buffer): Buffer => {
  if (raw.length > MAX_BYTES) throw invalid('Message too large');
  return raw;
};

/** What Gmail makes of a mail before it goes out: the sender's address, an id of its own, a date. */
export const outgoing = (world: World, email: string, raw: Buffer): Outgoing => {
  const { headers } = splitHead(checkSize(raw));
  const recipients = ['to', 'cc', 'bcc'].flatMap((name) => addressesIn(headerOf(headers, name)));
  const given = headOf(headers);
  for (const name of ['To', 'Cc', 'Bcc']) {
    const value = headerOf(headers, name);
    if (value && value.trim() !== '' && addressesIn(value).length === 0)
      throw invalid(`Invalid ${name} header`);
  }
  if (recipients.length === 0) throw invalid('Recipient address required');
  if (recipients.length > MOST_RECIPIENTS) throw invalid('Too many recipients');
  const { overwritesMessageId, keepsXHeaders } = world.behaviour;
  const from = headerOf(headers, 'from');
  const fromFits = addressesIn(from).includes(email.toLowerCase());
  const newId =
    overwritesMessageId || given.messageId === '' ? `CA${world.random.hex(40)}@mail.gmail.com` : undefined;
  const first = [
    `Received: from ${world.project} named unknown by gmailapi.google.com with HTTPREST; ${httpDate(world.clock.ms())}`,
    ...(fromFits ? [] : [`From: ${email}`]),
    ...(headerOf(headers, 'date') === undefined ? [`Date: ${httpDate(world.clock.ms())}`] : []),
    ...(newId === undefined ? [] : [`Message-ID: <${newId}>`]),
  ];
  const sent = rewriteHead(raw, {
    without: (name) =>
      (name === 'from' && !fromFits) ||
      (name === 'message-id' && newId !== undefined) ||
      (name.startsWith('x-') && !keepsXHeaders),
    first,
  });
  return {
    raw: sent,
    head: headOf(splitHead(sent).headers),
    recipients: [...new Set(recipients)],
    opId: headerOf(headers, 'x-op-id'),
    to: decodeWords(headerOf(headers, 'to') ?? ''),
    givenMessageId: given.messageId,
  };
};

/** The copy that arrives at another user: without Bcc, with what the receiving side writes on top. */
export const incomingCopy = (of: { raw: Buffer; from: string; to: string; nowMs: number }): Buffer =>
  rewriteHead(of.raw, {
    without: (name) => name === 'bcc' || name === 'delivered-to' || name === 'return-path',
    first: [
      `Delivered-To: ${of.to}`,
      `Return-Path: <${of.from}>`,
      `Received: from mail.fake by mx.google.com for <${of.to}>; ${httpDate(of.nowMs)}`,
      `Authentication-Results: mx.google.com; dkim=pass header.i=@${of.from.split('@')[1] ?? ''}; spf=pass smtp.mailfrom=${of.from}; dmarc=pass header.from=${of.from.split('@')[1] ?? ''}`,
    ],
  });
