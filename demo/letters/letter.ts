/** Who writes to the demo mailbox, and what one of their letters is made of before it becomes MIME. */

export interface Person {
  name: string;
  address: string;
  /** Minutes east of UTC in the Date header. */
  zone?: number;
  signature?: string;
  /** How this person's mail program introduces a quotation. */
  quotes?: 'en' | 'de' | 'fr' | 'es' | 'outlook';
  /** Their mail program sends an HTML part beside the text. */
  html?: boolean;
}

export interface Attachment {
  name: string;
  type: string;
  bytes: Buffer;
  /** Shown inside the HTML part under this Content-ID instead of being attached. */
  cid?: string;
}

export interface Letter {
  from: Person;
  to?: Person[];
  cc?: Person[];
  /** Days from the reference day: 0 is that day, -3 three days earlier. */
  day: number;
  /** Time of day in UTC, HH:MM. */
  time: string;
  subject: string;
  text: string;
  html?: string;
  /** latin1 exists because much European mail is still sent that way. Default utf-8. */
  charset?: 'utf-8' | 'iso-8859-1';
  encoding?: 'base64' | 'quoted-printable';
  headers?: [name: string, value: string][];
  files?: Attachment[];
  /** A text/calendar alternative and the method it announces. */
  calendar?: { method: 'REQUEST' | 'CANCEL' | 'REPLY'; ics: string };
  /** A multipart/report (RFC 6522): machine-readable part and what was returned. */
  report?: { type: 'delivery-status'; fields: string; returned: string };
  /** What the receiving server found out about the sender. Default pass. */
  auth?: 'pass' | 'fail' | 'softfail' | 'none';
  read?: boolean;
  starred?: boolean;
  id?: string;
  inReplyTo?: string;
  references?: string[];
  /** The From header exactly as written, for senders who write it oddly. */
  rawFrom?: string;
}

export const robin: Person = {
  name: 'Robin Hale',
  address: 'robin@hale.example',
  signature: 'Robin',
};

/** A sender that is a service, not a person. */
export const service = (name: string, address: string): Person => ({ name, address });

export const domainOf = (address: string): string => address.slice(address.indexOf('@') + 1);
