import {
  GMAIL_CALL_MS,
  GMAIL_MESSAGE_BYTES,
  GMAIL_RAW_BYTES,
  GMAIL_RAW_FACTOR,
  GMAIL_SMALL_BYTES,
} from '#config/limits-gmail.ts';
import { FetchStopped } from '#mail/fetch-stopped.ts';
import { decodeHeaders, readHeaders } from '#mail/headers.ts';
import { attachmentBytes, attachmentsOf } from '#mail/mime.ts';
import type { FetchedMail, Lane, RawContent } from '#mail/port.ts';
import { isAppError } from '#std/errors.ts';
import { toInstant } from '#std/time.ts';
import {
  attachmentAnswer,
  brief,
  type FullAnswer,
  full,
  type HeaderAnswer,
  metadata,
  type PartAnswer,
  rawAnswer,
} from './answers.ts';
import { isGone } from './errors.ts';
import { isMessageId, opaqueId } from './ids.ts';
import type { Limiter } from './limiter.ts';
import { hasPlainSender, headerBlock, isReadText, rebuild } from './rebuild.ts';
import type { Call, Rest } from './rest.ts';
import type { SeenStates } from './seen-states.ts';

/**
 * What reading needs. `reads` are those of the account: who asked first has all of theirs first, so that work which was
 * begun early is done early, however little the quota gives. `whole` lets few messages at a time be read as one piece,
 * whatever their account. `seen` is told in what state each was.
 */
export interface ReadingPorts {
  rest: Rest;
  reads: Readonly<Record<Lane, Limiter>>;
  whole: <T>(work: () => Promise<T>) => Promise<T>;
  seen: SeenStates;
}

const get = (id: string, format: string, lane?: Lane): Call => ({
  method: 'messages.get',
  verb: 'GET',
  path: `/messages/${id}`,
  query: { format },
  lane,
});

const whole = { maxBytes: GMAIL_RAW_BYTES, tryMs: GMAIL_CALL_MS, unpacked: true };

/** Null where the message is gone. */
export const unlessGone = async <T>(work: Promise<T>): Promise<T | null> => {
  try {
    return await work;
  } catch (e) {
    if (isGone(e)) return null;
    throw e;
  }
};

/** A message as it is now, but for its content: 20 units. null when it is gone. */
export const briefly = (rest: Rest, id: string, lane?: Lane) =>
  unlessGone(rest.ask(get(id, 'minimal', lane), brief));

/** Reads messages side by side, in the order of the ids; those that are gone are left out. Throws with what came before. */
export const fetchMails = async (
  ports: ReadingPorts,
  ids: readonly string[],
  lane?: Lane,
): Promise<FetchedMail[]> => {
  const inTurn = ports.reads[lane ?? 'interactive'];
  const known = [...new Set(ids)].filter(isMessageId);
  const answers = new Map<string, FetchedMail | null>();
  let stopped = false;
  const reads = known.map((id) =>
    inTurn(async () => {
      // What is in the way of one is likely to be in the way of all.
      if (stopped) return;
      try {
        answers.set(id, await unlessGone(fetchMail(ports, id, lane)));
      } catch (e) {
        stopped = true;
        throw e;
      }
    }),
  );
  const settled = await Promise.allSettled(reads);
  const mails = known.flatMap((id) => answers.get(id) ?? []);
  const failed = settled.find((one) => one.status === 'rejected');
  if (!failed) return mails;
  if (answers.size === 0 || !isAppError(failed.reason)) throw failed.reason;
  throw new FetchStopped(failed.reason, { mails, asked: new Set(answers.keys()) });
};

const fetchMail = async (ports: ReadingPorts, id: string, lane?: Lane): Promise<FetchedMail> => {
  const answer = await unlessTooLarge(
    ports.rest.ask({ ...get(id, 'full', lane), maxBytes: GMAIL_MESSAGE_BYTES }, full),
  );
  const content = answer && (await contentOfPayload(answer.payload));
  if (answer && content) return mailOf(ports, answer, content);
  return ports.whole(() => wholeMail(ports, id, { lane, sizeBytes: answer?.sizeEstimate }));
};

type Dated = Omit<FullAnswer, 'payload'>;

const mailOf = ({ seen }: ReadingPorts, answer: Dated, content: RawContent): FetchedMail => ({
  id: answer.id,
  threadKey: answer.threadId,
  internalDate: toInstant(Number(answer.internalDate)),
  sizeBytes: answer.sizeEstimate,
  state: seen.note(answer),
  content,
});

/**
 * In one piece where its parts do not tell it for certain; of what is too large for that, the headers. What Gmail says of
 * its size decides that: an answer that is larger than its message is a broken one, and comes again.
 */
const wholeMail = async (
  ports: ReadingPorts,
  id: string,
  o: { lane?: Lane | undefined; sizeBytes: number | undefined },
): Promise<FetchedMail> => {
  const readHeaders = () =>
    ports.rest.ask({ ...get(id, 'metadata', o.lane), maxBytes: GMAIL_MESSAGE_BYTES }, metadata);
  const headers = o.sizeBytes === undefined ? await readHeaders() : undefined;
  const most = (o.sizeBytes ?? headers?.sizeEstimate ?? 0) * GMAIL_RAW_FACTOR + GMAIL_SMALL_BYTES;
  const maxBytes = Math.min(most, GMAIL_RAW_BYTES);
  const asked = ports.rest.ask({ ...get(id, 'raw', o.lane), ...whole, maxBytes }, rawAnswer);
  const answer = await (most > GMAIL_RAW_BYTES ? unlessTooLarge(asked) : asked);
  if (answer) return mailOf(ports, answer, { raw: Buffer.from(answer.raw, 'base64url') });
  const known = headers ?? (await readHeaders());
  return mailOf(ports, known, headersOnly(known.payload.headers));
};

const headersOnly = (headers: readonly HeaderAnswer[]): RawContent => {
  const raw = headerBlock(headers.filter(({ name }) => !/^content-/i.test(name)));
  const corrections = {
    headers: decodeHeaders(readHeaders(headerBlock(headers)).headers),
    attachmentBytes: [],
    notes: ['larger than 50 MB: only the headers were read'],
  };
  return { raw, corrections };
};

/** null: its parts do not tell it for certain. */
export const contentOfPayload = async (payload: PartAnswer): Promise<RawContent | null> => {
  const rebuilt = hasPlainSender(payload) ? rebuild(payload) : null;
  if (!rebuilt) return null;
  const leaves = await attachmentLeaves(payload, rebuilt.leaves);
  return (
    leaves && {
      raw: rebuilt.raw,
      corrections: {
        headers: decodeHeaders(readHeaders(rebuilt.head).headers),
        attachmentBytes: leaves.map(({ body }) => (body.data === undefined ? body.size : null)),
      },
    }
  );
};

/** The parts that the parser will call attachments, in its order: it is shown the message with numbers for bodies. */
const attachmentLeaves = async (
  payload: PartAnswer,
  leaves: readonly PartAnswer[],
): Promise<PartAnswer[] | null> => {
  if (leaves.every(isReadText)) return [];
  const numbered = rebuild(payload, 'numbers');
  const numbers = numbered && (await attachmentsOf(numbered.raw));
  const found = numbers?.map((bytes) => leaves[Number(Buffer.from(bytes).toString('latin1').trim())]);
  return found?.every((leaf) => leaf !== undefined) ? found : null;
};

/** Null where the answer is larger than it may be. */
export const unlessTooLarge = async <T>(work: Promise<T>): Promise<T | null> => {
  try {
    return await work;
  } catch (e) {
    if (isAppError(e, 'mail.answer-too-large')) return null;
    throw e;
  }
};

/** The bytes of the message as Gmail keeps it; null when it is gone. */
export const rawMail = async (ports: ReadingPorts, id: string): Promise<Uint8Array | null> => {
  if (!isMessageId(id)) return null;
  const answer = await unlessGone(
    ports.whole(() => ports.rest.ask({ ...get(id, 'raw'), ...whole }, rawAnswer)),
  );
  return answer && Buffer.from(answer.raw, 'base64url');
};

/** The bytes of one attachment; null when there is none of that index. Only that one is read, where Gmail can tell which. */
export const attachmentOf = async (
  ports: ReadingPorts,
  id: string,
  index: number,
): Promise<Uint8Array | null> => {
  if (!isMessageId(id)) return null;
  const asked = ports.rest.ask({ ...get(id, 'full'), maxBytes: GMAIL_MESSAGE_BYTES }, full);
  const answer = await unlessGone(unlessTooLarge(asked).then((found) => found ?? 'too-large'));
  if (answer === null) return null;
  const leaf = answer === 'too-large' ? undefined : await leafAt(answer.payload, index);
  if (leaf === null) return null;
  if (leaf?.body.data !== undefined) return Buffer.from(leaf.body.data, 'base64url');
  if (leaf?.body.attachmentId !== undefined) return attachmentById(ports, id, leaf.body.attachmentId);
  if (leaf?.body.size === 0) return new Uint8Array();
  const raw = await rawMail(ports, id);
  return raw && attachmentBytes(raw, index);
};

/** null: there are fewer; undefined: the parts do not tell. */
const leafAt = async (payload: PartAnswer, index: number): Promise<PartAnswer | null | undefined> => {
  const rebuilt = rebuild(payload);
  const leaves = rebuilt && (await attachmentLeaves(payload, rebuilt.leaves));
  return leaves ? (leaves[index] ?? null) : undefined;
};

const attachmentById = async (
  ports: ReadingPorts,
  id: string,
  attachmentId: string,
): Promise<Uint8Array | null> => {
  const call: Call = {
    method: 'messages.attachments.get',
    verb: 'GET',
    path: `/messages/${id}/attachments/${opaqueId(attachmentId)}`,
    ...whole,
  };
  const answer = await unlessGone(ports.whole(() => ports.rest.ask(call, attachmentAnswer)));
  return answer && Buffer.from(answer.data, 'base64url');
};
