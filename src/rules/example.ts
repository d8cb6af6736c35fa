import { z } from 'zod';
import type { ParsedMail } from '#mail/message.ts';
import { type Instant, parseDuration, toInstant, toMs } from '#std/time.ts';
import { AUTH_RESULTS, UNKNOWN_AUTH } from './authentication.ts';
import { MessageFacts } from './facts.ts';

const oneOrMore = z
  .union([z.string(), z.array(z.string())])
  .transform((v) => (typeof v === 'string' ? [v] : v));

/** A made-up message by which a rule is tried. What is left out is empty. */
export const exampleMessage = z.strictObject({
  from: oneOrMore.default(['someone@example.com']).describe('Address of the sender, or a list of them'),
  to: oneOrMore.default([]),
  cc: oneOrMore.default([]),
  subject: z.string().default(''),
  body: z.string().default(''),
  headers: z.record(z.string(), z.string()).default({}).describe('Further headers by name'),
  labels: z.array(z.string()).default([]).describe('Label ids at the provider'),
  account: z.string().default('').describe('Id of the account it came to'),
  size: z.number().int().min(0).default(0).describe('Bytes of the whole message'),
  age: z.string().default('0s').describe('How long ago it came, such as 3d'),
  attachments: z
    .array(z.union([z.string(), z.strictObject({ name: z.string(), type: z.string() })]))
    .default([])
    .describe('Names of attached files, or { name, type }'),
  reply: z.boolean().default(false),
  calendar: z.boolean().default(false),
  known_sender: z.boolean().default(false),
  spf: z.enum(AUTH_RESULTS).default(UNKNOWN_AUTH.spf),
  dkim: z.enum(AUTH_RESULTS).default(UNKNOWN_AUTH.dkim),
  dmarc: z.enum(AUTH_RESULTS).default(UNKNOWN_AUTH.dmarc),
});
export type ExampleMessage = z.infer<typeof exampleMessage>;

const OTHER_TYPE = 'application/octet-stream';

const toMail = (e: ExampleMessage): ParsedMail => {
  const addresses = (list: string[]) => list.map((address) => ({ name: '', address }));
  return {
    rfc822MessageId: null,
    inReplyTo: e.reply ? 'earlier@example.com' : null,
    references: [],
    from: addresses(e.from),
    replyTo: [],
    to: addresses(e.to),
    cc: addresses(e.cc),
    bcc: [],
    subject: e.subject,
    date: null,
    headers: Object.entries(e.headers).map(([name, value]) => [name.toLowerCase(), value]),
    text: e.body,
    html: null,
    newText: e.body,
    snippet: '',
    attachments: e.attachments.map((file, index) => ({
      index,
      filename: typeof file === 'string' ? file : file.name,
      mimeType: typeof file === 'string' ? OTHER_TYPE : file.type,
      sizeBytes: 0,
      contentId: null,
      inline: false,
    })),
    hasCalendar: e.calendar,
    notes: [],
  };
};

/** Throws `time.bad-duration` when `age` is none. */
export const factsOf = (e: ExampleMessage, now: Instant): MessageFacts =>
  new MessageFacts({
    accountId: e.account,
    mail: toMail(e),
    labels: e.labels,
    flags: [],
    sizeBytes: e.size,
    receivedAt: toInstant(toMs(now) - parseDuration(e.age)),
    knownSender: e.known_sender,
    auth: { spf: e.spf, dkim: e.dkim, dmarc: e.dmarc },
    now,
  });
