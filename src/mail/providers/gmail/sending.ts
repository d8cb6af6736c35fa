import { GMAIL_INLINE_BYTES, GMAIL_SEND_BYTES } from '#config/limits-gmail.ts';
import type { Outgoing, SendTrace } from '#mail/port.ts';
import { AppError } from '#std/errors.ts';
import { draft, minimal } from './answers.ts';
import { isGone, sendUnknown } from './errors.ts';
import { isMessageId, opaqueId } from './ids.ts';
import { unlessGone } from './reading.ts';
import type { Call, Rest } from './rest.ts';
import { draftsOf, sentOf, type TracePorts } from './tracing.ts';

/** A message to put among the drafts. */
export interface NewDraft {
  raw: Uint8Array;
  threadKey: string | null;
}

export interface MadeDraft {
  id: string;
  messageId: string;
}

/** Gmail joins the thread only if References and Subject fit too. */
export const createDraft = async (rest: Rest, o: NewDraft): Promise<MadeDraft> => {
  if (o.raw.length > GMAIL_SEND_BYTES) {
    throw new AppError(
      'input',
      'mail.too-large-to-send',
      'The mail is larger than the 35 MB that Gmail takes',
      {
        help: 'Leave out attachments, or share them by a link.',
        fields: { bytes: o.raw.length },
      },
    );
  }
  const threadId = o.threadKey !== null && isMessageId(o.threadKey) ? o.threadKey : undefined;
  const made = await rest.ask(draftCall(o.raw, threadId), draft);
  return { id: made.id, messageId: made.message.id };
};

const draftCall = (raw: Uint8Array, threadId: string | undefined): Call => {
  const call: Call = { method: 'drafts.create', verb: 'POST', path: '/drafts', tryMs: 60_000 };
  if (raw.length > GMAIL_INLINE_BYTES) return { ...call, upload: related({ message: { threadId } }, raw) };
  return { ...call, body: { message: { threadId, raw: Buffer.from(raw).toString('base64url') } } };
};

/** A JSON part and the message, as the upload address takes them. */
const related = (json: unknown, raw: Uint8Array): { type: string; bytes: Uint8Array } => {
  const boundary = boundaryFor(raw);
  const head = [`--${boundary}`, 'Content-Type: application/json', '', JSON.stringify(json)];
  const next = [`--${boundary}`, 'Content-Type: message/rfc822', '', ''];
  return {
    type: `multipart/related; boundary="${boundary}"`,
    bytes: Buffer.concat([
      Buffer.from([...head, ...next].join('\r\n')),
      raw,
      Buffer.from(`\r\n--${boundary}--\r\n`),
    ]),
  };
};

/** One that does not stand in the message. */
const boundaryFor = (raw: Uint8Array): string => {
  const bytes = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength);
  let n = 0;
  while (bytes.includes(`ashford-${n}`)) n++;
  return `ashford-${n}`;
};

const deleteDraft = async (rest: Rest, id: string): Promise<void> => {
  await unlessGone(rest.tell({ method: 'drafts.delete', verb: 'DELETE', path: `/drafts/${opaqueId(id)}` }));
};

/** The draft that an earlier try left, or a new one. Of several, one is kept. */
export const stage = async (ports: TracePorts, mail: Outgoing): Promise<string> => {
  const [first, ...spares] = await draftsOf(ports, mail);
  for (const spare of spares) await deleteDraft(ports.rest, spare);
  return first ?? (await createDraft(ports.rest, mail)).id;
};

/** Sends the draft, which is gone then: so a second sending of it finds nothing. */
export const send = async (rest: Rest, mail: Outgoing): Promise<string> => {
  if (mail.stagedId === null) {
    throw new AppError('permanent', 'mail.not-staged', 'A mail is put among the drafts before it is sent');
  }
  try {
    const message = await rest.ask(
      {
        method: 'drafts.send',
        verb: 'POST',
        path: '/drafts/send',
        body: { id: opaqueId(mail.stagedId) },
        tryMs: 60_000,
      },
      minimal,
    );
    return message.id;
  } catch (e) {
    // Sent before, or thrown away by somebody.
    if (isGone(e)) throw sendUnknown('drafts.send', e);
    throw e;
  }
};

/** While the draft is there, it was not sent: 5 units. */
export const traceSend = async (ports: TracePorts, mail: Outgoing): Promise<SendTrace> => {
  // A draft that nobody kept the id of was never asked to be sent.
  if (mail.stagedId === null) return { kind: 'not-sent' };
  const call: Call = {
    method: 'drafts.get',
    verb: 'GET',
    path: `/drafts/${opaqueId(mail.stagedId)}`,
    query: { format: 'minimal' },
  };
  if ((await unlessGone(ports.rest.ask(call, draft))) !== null) return { kind: 'not-sent' };
  const id = await sentOf(ports, mail);
  return id === null ? { kind: 'unknown' } : { kind: 'sent', id };
};

export const unstage = async (ports: TracePorts, mail: Outgoing): Promise<void> => {
  const ids = mail.stagedId === null ? await draftsOf(ports, mail) : [mail.stagedId];
  for (const id of ids) await deleteDraft(ports.rest, id);
};
