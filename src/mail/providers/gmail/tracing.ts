import { GMAIL_LIST_PAGE, GMAIL_TRACE_MESSAGES, GMAIL_TRACE_SKEW_MS } from '#config/limits-gmail.ts';
import type { Outgoing } from '#mail/port.ts';
import { toMs } from '#std/time.ts';
import { draftList, type MetadataAnswer, metadata, threadAnswer } from './answers.ts';
import { isMessageId, messageId } from './ids.ts';
import { pages } from './listing.ts';
import { unlessGone, unlessTooLarge } from './reading.ts';
import type { Rest } from './rest.ts';

/** What a message says of where it comes from. It never changes. */
interface Mark {
  internalMs: number;
  opId: string | undefined;
  messageId: string | undefined;
}

/** What was read of one account's drafts and sent messages: none is read twice, however many mails are looked for. */
export type Marks = Map<string, Mark>;

const MARK = { format: 'metadata', metadataHeaders: ['X-Op-Id', 'Message-ID'] };

const markOf = ({ internalDate, payload }: MetadataAnswer): Mark => {
  const header = (key: string) =>
    payload.headers.find(({ name }) => name.toLowerCase() === key)?.value.trim();
  return { internalMs: Number(internalDate), opId: header('x-op-id'), messageId: header('message-id') };
};

/** Gmail may replace the Message-ID of a mail, so that alone tells nothing. */
const isOf = (mail: Outgoing, mark: Mark): boolean =>
  mark.opId === mail.opId || mark.messageId === `<${mail.messageId}>`;

/** A message that may be the mail, and what is told of it where it is. */
interface Candidate {
  messageId: string;
  id: string;
}

export interface TracePorts {
  rest: Rest;
  marks: Marks;
}

const markedBy = async ({ rest, marks }: TracePorts, id: string): Promise<Mark | null> => {
  const known = marks.get(id);
  if (known) return known;
  const message = await unlessGone(
    rest.ask(
      { method: 'messages.get', verb: 'GET', path: `/messages/${messageId(id)}`, query: MARK },
      metadata,
    ),
  );
  if (message === null) return null;
  const mark = markOf(message);
  const [oldest] = marks.keys();
  if (marks.size >= GMAIL_TRACE_MESSAGES && oldest !== undefined) marks.delete(oldest);
  marks.set(id, mark);
  return mark;
};

/**
 * Of candidates that come newest first, those that are this mail. What is older than the mail ends the search. Each costs
 * 20 units the first time that it is looked at, and nothing after that; a page of them costs 5.
 */
const matching = async (
  ports: TracePorts,
  mail: Outgoing,
  candidates: AsyncIterable<Candidate>,
): Promise<string[]> => {
  const found: string[] = [];
  const oldest = toMs(mail.since) - GMAIL_TRACE_SKEW_MS;
  let looked = 0;
  for await (const candidate of candidates) {
    if (++looked > GMAIL_TRACE_MESSAGES) break;
    const mark = await markedBy(ports, candidate.messageId);
    if (mark === null) continue;
    if (mark.internalMs < oldest) break;
    if (isOf(mail, mark)) found.push(candidate.id);
  }
  return found;
};

/** The ids of the drafts that hold this mail. */
export const draftsOf = (ports: TracePorts, mail: Outgoing): Promise<string[]> =>
  matching(ports, mail, drafts(ports.rest));

/** The id of this mail in Sent. In its thread it costs 40 units, however much was sent since. */
export const sentOf = async (ports: TracePorts, mail: Outgoing): Promise<string | null> => {
  const answered = await sentInThread(ports.rest, mail);
  if (answered !== null) return answered;
  // Gmail joins a thread by rules of its own.
  const [found] = await matching(ports, mail, sent(ports.rest));
  return found ?? null;
};

const sentInThread = async (rest: Rest, mail: Outgoing): Promise<string | null> => {
  const { threadKey } = mail;
  if (threadKey === null || !isMessageId(threadKey)) return null;
  const asked = rest.ask(
    { method: 'threads.get', verb: 'GET', path: `/threads/${threadKey}`, query: MARK },
    threadAnswer,
  );
  const thread = await unlessGone(unlessTooLarge(asked));
  // A spare draft of it may stand there too.
  const found = thread?.messages.find((one) => one.labelIds.includes('SENT') && isOf(mail, markOf(one)));
  return found?.id ?? null;
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
    for (const { id, message } of page.drafts) yield { messageId: message.id, id };
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
}

/** By label, not by a search: what was just sent may not be found by one yet. */
async function* sent(rest: Rest): AsyncGenerator<Candidate> {
  for await (const ids of pages(rest, { labelId: 'SENT' })) {
    for (const id of ids) yield { messageId: id, id };
  }
}
