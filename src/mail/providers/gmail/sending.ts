import {
  GMAIL_INLINE_BYTES,
  GMAIL_LIST_PAGE,
  GMAIL_SEND_BYTES,
  GMAIL_TRACE_MESSAGES,
  GMAIL_TRACE_SKEW_MS,
} from '#config/limits-gmail.ts';
import type { Outgoing, SendTrace } from '#mail/port.ts';
import { AppError } from '#std/errors.ts';
import { toMs } from '#std/time.ts';
import { draft, draftList, messageList, metadata, minimal } from './answers.ts';
import { isGone, sendUnknown } from './errors.ts';
import { isMessageId, messageId, opaqueId } from './ids.ts';
import { unlessGone } from './reading.ts';
import type { Call, Rest } from './rest.ts';

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

/** Whether a message carries the operation of this mail. Gmail may replace its Message-ID, so that alone tells nothing. */
const isOurs = (mail: Outgoing, headers: readonly { name: string; value: string }[]): boolean =>
  headers.some(({ name, value }) => {
    const key = name.toLowerCase();
    return (
      (key === 'x-op-id' && value.trim() === mail.opId) ||
      (key === 'message-id' && value.trim() === `<${mail.messageId}>`)
    );
  });

interface Candidate {
  messageId: string;
  draftId: string | null;
}

/** Of candidates that come newest first, those that are this mail. What is older than the mail ends the search. */
const matching = async (
  rest: Rest,
  mail: Outgoing,
  candidates: AsyncIterable<Candidate>,
): Promise<Candidate[]> => {
  const found: Candidate[] = [];
  const oldest = toMs(mail.since) - GMAIL_TRACE_SKEW_MS;
  let looked = 0;
  for await (const candidate of candidates) {
    if (++looked > GMAIL_TRACE_MESSAGES) break;
    const call: Call = {
      method: 'messages.get',
      verb: 'GET',
      path: `/messages/${messageId(candidate.messageId)}`,
      query: { format: 'metadata', metadataHeaders: ['X-Op-Id', 'Message-ID'] },
    };
    const message = await unlessGone(rest.ask(call, metadata));
    if (message === null) continue;
    if (Number(message.internalDate) < oldest) break;
    if (isOurs(mail, message.payload.headers)) found.push(candidate);
  }
  return found;
};

async function* drafts(rest: Rest): AsyncGenerator<Candidate> {
  let pageToken: string | undefined;
  do {
    const page = await rest.ask(
      {
        method: 'drafts.list',
        verb: 'GET',
        path: '/drafts',
        query: { maxResults: GMAIL_LIST_PAGE, pageToken },
      },
      draftList,
    );
    for (const { id, message } of page.drafts) yield { messageId: message.id, draftId: id };
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
}

/** By label, not by a search: what was just sent may not be found by one yet. */
async function* sent(rest: Rest): AsyncGenerator<Candidate> {
  let pageToken: string | undefined;
  do {
    const page = await rest.ask(
      {
        method: 'messages.list',
        verb: 'GET',
        path: '/messages',
        query: { labelIds: 'SENT', maxResults: GMAIL_TRACE_MESSAGES, pageToken },
      },
      messageList,
    );
    for (const { id } of page.messages) yield { messageId: id, draftId: null };
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
}

const deleteDraft = async (rest: Rest, id: string): Promise<void> => {
  await unlessGone(rest.tell({ method: 'drafts.delete', verb: 'DELETE', path: `/drafts/${opaqueId(id)}` }));
};

/** The draft that an earlier try left, or a new one. Of several, one is kept. */
export const stage = async (rest: Rest, mail: Outgoing): Promise<string> => {
  const [first, ...spares] = await matching(rest, mail, drafts(rest));
  for (const spare of spares) if (spare.draftId !== null) await deleteDraft(rest, spare.draftId);
  return first?.draftId ?? (await createDraft(rest, mail)).id;
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

/** While the draft is there, it was not sent. */
export const traceSend = async (rest: Rest, mail: Outgoing): Promise<SendTrace> => {
  // A draft that nobody kept the id of was never asked to be sent.
  if (mail.stagedId === null) return { kind: 'not-sent' };
  const call: Call = {
    method: 'drafts.get',
    verb: 'GET',
    path: `/drafts/${opaqueId(mail.stagedId)}`,
    query: { format: 'minimal' },
  };
  if ((await unlessGone(rest.ask(call, draft))) !== null) return { kind: 'not-sent' };
  const [found] = await matching(rest, mail, sent(rest));
  return found ? { kind: 'sent', id: found.messageId } : { kind: 'unknown' };
};

export const unstage = async (rest: Rest, mail: Outgoing): Promise<void> => {
  if (mail.stagedId !== null) return deleteDraft(rest, mail.stagedId);
  for (const { draftId } of await matching(rest, mail, drafts(rest))) {
    if (draftId !== null) await deleteDraft(rest, draftId);
  }
};
