import type { Instant } from '#std/time.ts';

/** The label roles that providers share (RFC 6154 special-use, Gmail system labels). */
export const LABEL_ROLES = ['inbox', 'archive', 'trash', 'spam', 'sent', 'drafts'] as const;
export type LabelRole = (typeof LABEL_ROLES)[number];

export const FLAGS = ['seen', 'flagged', 'answered'] as const;
export type Flag = (typeof FLAGS)[number];

/** One mailbox of an address header. `address` is as written apart from a lower-cased domain; '' when none could be read. */
export interface Address {
  name: string;
  address: string;
}

export interface AttachmentInfo {
  /** Position among the attachments of its message, from 0. */
  index: number;
  filename: string;
  mimeType: string;
  sizeBytes: number;
  contentId: string | null;
  inline: boolean;
}

/** A message in our own normal form, the same for every provider. All text is decoded; nothing here is safe to trust. */
export interface ParsedMail {
  /** Without the angle brackets. */
  rfc822MessageId: string | null;
  inReplyTo: string | null;
  references: string[];
  /** Every mailbox that any From header holds, however oddly it is written. The first one is shown. */
  from: Address[];
  replyTo: Address[];
  to: Address[];
  cc: Address[];
  bcc: Address[];
  subject: string;
  /** The Date header, where it can be read. */
  date: Instant | null;
  /** Every header in order: lower-case name, unfolded and decoded value. */
  headers: [name: string, value: string][];
  /** The whole readable text: the plain part, or made from HTML when there is none. */
  text: string;
  html: string | null;
  /** `text` without quoted replies and the signature. */
  newText: string;
  /** The first line of `newText`, for lists. At most 200 characters. */
  snippet: string;
  attachments: AttachmentInfo[];
  /** A text/calendar part or an .ics attachment. */
  hasCalendar: boolean;
  /** Which limits cut this message, for the person: "the text was cut at 2 MB". Empty for nearly all mail. */
  notes: string[];
}

/** One message as its mailbox holds it now. */
export interface MailState {
  /** Provider label ids. */
  labels: string[];
  flags: Flag[];
}
