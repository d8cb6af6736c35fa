import { z } from 'zod';
import { instantSchema } from '#std/instant-schema.ts';
import { type Address, FLAGS } from './message.ts';
import type { StoredMail } from './message-store.ts';

const id = z.string().min(1).max(100).describe('One of our own ids (UUIDv7).');

export const addressSchema = z
  .strictObject({ name: z.string(), address: z.string() })
  .meta({ id: 'Address' });

const addresses = z.array(addressSchema);

export const attachmentSchema = z
  .strictObject({
    index: z.number().int().min(0).describe('Position among the attachments of the message.'),
    filename: z.string(),
    mimeType: z.string(),
    sizeBytes: z.number().int().min(0),
    contentId: z.string().nullable(),
    inline: z.boolean(),
  })
  .meta({ id: 'Attachment' });

/**
 * One message, as it leaves the program. Parsing is strict, and writing what was read gives the same JSON. All text is a
 * stranger's: show it as text.
 */
export const emailSchema = z
  .strictObject({
    id,
    accountId: id,
    threadId: id,
    providerMessageId: z.string().min(1).describe('The id at the provider.'),
    rfc822MessageId: z.string().nullable().describe('The Message-ID header without its brackets.'),
    inReplyTo: z.string().nullable(),
    references: z.array(z.string()),
    from: addresses.describe('Every mailbox that a From header holds; the first one is shown.'),
    replyTo: addresses,
    to: addresses,
    cc: addresses,
    bcc: addresses,
    subject: z.string(),
    snippet: z.string().describe('The first line of the new text.'),
    receivedAt: instantSchema,
    sentAt: instantSchema.nullable().describe('The Date header, where it can be read.'),
    sizeBytes: z.number().int().min(0),
    text: z.string().describe('The whole readable text.'),
    newText: z.string().describe('Without quoted replies and the signature.'),
    labels: z.array(z.string()).describe('Provider label ids.'),
    flags: z.array(z.enum(FLAGS)),
    attachments: z.array(attachmentSchema),
    hasCalendar: z.boolean(),
    notes: z.array(z.string()).describe('Which limits cut this message.'),
    goneAt: instantSchema.nullable().describe('When the provider said that it is no longer there.'),
  })
  .describe('One message of a mailbox.')
  .meta({ id: 'Email' });

export type Email = z.output<typeof emailSchema>;

const plain = (all: readonly Address[]): Address[] => all.map(({ name, address }) => ({ name, address }));

/** A stored message as the public model, for its owner. */
export const emailOf = (message: StoredMail): Email => {
  const mail = message.mail.reveal();
  return {
    id: message.id,
    accountId: message.accountId,
    threadId: message.threadId,
    providerMessageId: message.providerMessageId,
    rfc822MessageId: mail.rfc822MessageId,
    inReplyTo: mail.inReplyTo,
    references: mail.references,
    from: plain(mail.from),
    replyTo: plain(mail.replyTo),
    to: plain(mail.to),
    cc: plain(mail.cc),
    bcc: plain(mail.bcc),
    subject: mail.subject,
    snippet: mail.snippet,
    receivedAt: message.receivedAt,
    sentAt: mail.date,
    sizeBytes: message.sizeBytes,
    text: mail.text,
    newText: mail.newText,
    labels: message.state.labels,
    flags: message.state.flags,
    attachments: mail.attachments,
    hasCalendar: mail.hasCalendar,
    notes: mail.notes,
    goneAt: message.goneAt,
  };
};
