import type { Lane, Mailbox, MailCapabilities } from '#mail/port.ts';
import type { Clock } from '#std/clock.ts';
import { messageList, profile } from './answers.ts';
import { changesSince, currentHistory } from './changes.ts';
import { isHistoryId } from './ids.ts';
import type { Labels } from './labels.ts';
import type { Limiter } from './limiter.ts';
import { list } from './listing.ts';
import { deleteMail, modify, stateNow } from './modify.ts';
import { readOnly } from './read-only.ts';
import { attachmentOf, fetchMails, rawMail } from './reading.ts';
import type { Rest } from './rest.ts';
import type { SeenStates } from './seen-states.ts';
import { createDraft, send, stage, traceSend, unstage } from './sending.ts';
import { expandPatch } from './state.ts';
import { survey } from './survey.ts';
import type { Marks } from './tracing.ts';
import type { Watch } from './watch.ts';

/** What Ashford asked Google for. */
export type Access = 'watch_only' | 'normal' | 'full';

export interface GmailMailboxPorts {
  rest: Rest;
  labels: Labels;
  clock: Clock;
  access: Access;
  watch: Watch;
  reads: Readonly<Record<Lane, Limiter>>;
  whole: Limiter;
  marks: Marks;
  seen: SeenStates;
  backfillDays: number | undefined;
}

const capabilities = (access: Access, push: boolean): MailCapabilities => ({
  push,
  modify: access !== 'watch_only',
  permanentDelete: access === 'full',
  serverLabels: true,
  send: access !== 'watch_only',
  wholeHistory: false,
});

const SEARCHABLE = /^[^\s"(){}<>]{1,900}$/;

/** A Gmail mailbox over the Gmail API. */
export const gmailMailbox = (ports: GmailMailboxPorts): Mailbox => {
  const { rest, labels, watch } = ports;
  const can = capabilities(ports.access, watch.pushes);
  const changing = <T>(work: () => Promise<T>): Promise<T> =>
    can.modify ? work() : Promise.reject(readOnly());
  const testNotes = (): string[] => [ACCESS_NOTES[ports.access], watch.note];
  return {
    can,
    ...(ports.backfillDays === undefined ? {} : { backfillDays: ports.backfillDays }),
    labels: () => labels.list(),
    ensureLabel: (name) => labels.ensure(name, can.modify),
    changes: async (cursor, limit) =>
      cursor === null
        ? { changes: [], cursor: await currentHistory(rest), more: false }
        : changesSince(rest, cursor, limit),
    hasReached: (cursor, told) => isHistoryId(cursor) && isHistoryId(told) && BigInt(cursor) >= BigInt(told),
    list: (page, limit, o) => list(rest, { page, limit, ...o }),
    survey: (since, limit, o) => survey(rest, { since, limit, lane: o?.lane }),
    cursor: () => currentHistory(rest),
    fetch: (ids, o) => fetchMails(ports, ids, o?.lane),
    state: (id) => stateNow(ports, id),
    expand: async (patch, state) => expandPatch(patch, state),
    modify: (id, patch) => changing(() => modify(ports, id, patch)),
    delete: (id) => deleteMail(rest, id, can.permanentDelete),
    findByMessageId: (id) => findByMessageId(rest, id),
    attachment: (id, index) => attachmentOf(ports, id, index),
    raw: (id) => rawMail(ports, id),
    createDraft: (raw, threadKey) =>
      changing(async () => (await createDraft(rest, { raw, threadKey })).messageId),
    stage: (mail) => changing(() => stage(ports, mail)),
    send: (mail) => changing(() => send(rest, mail)),
    traceSend: (mail) => traceSend(ports, mail),
    unstage: (mail) => changing(() => unstage(ports, mail)),
    watch: (onChange) => watch.start(onChange),
    renewWatch: () => watch.renew(),
    test: async () => {
      const { emailAddress, messagesTotal } = await rest.ask(
        { method: 'getProfile', verb: 'GET', path: '/profile' },
        profile,
      );
      return { email: emailAddress, messages: messagesTotal ?? null, notes: testNotes() };
    },
  };
};

const ACCESS_NOTES: Readonly<Record<Access, string>> = {
  watch_only: 'Mail is read and never changed.',
  normal: 'Mail is read, changed and sent, and never deleted for ever.',
  full: 'Mail is read, changed, sent and may be deleted for ever.',
};

const findByMessageId = async (rest: Rest, rfc822MessageId: string, lane?: Lane): Promise<string[]> => {
  // Anything else would be read as more words of the search.
  if (!SEARCHABLE.test(rfc822MessageId)) return [];
  const { messages } = await rest.ask(
    {
      method: 'messages.list',
      verb: 'GET',
      path: '/messages',
      query: { q: `rfc822msgid:${rfc822MessageId}`, includeSpamTrash: 'true', maxResults: 100 },
      lane,
    },
    messageList,
  );
  return messages.map(({ id }) => id);
};
