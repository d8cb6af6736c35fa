import type { ApiCall } from '#test/fakes/gmail/api/api-call.ts';
import { invalid, notFound } from '#test/fakes/gmail/api/api-error.ts';
import type { EffectKind } from '#test/fakes/gmail/ledger.ts';
import { headOf } from '#test/fakes/gmail/mailbox/mail-item.ts';
import type { Draft } from '#test/fakes/gmail/mailbox/mailbox.ts';
import { checkSize } from '#test/fakes/gmail/mailbox/outgoing.ts';
import { headerOf, splitHead } from '#test/fakes/gmail/mime/header-lines.ts';
import { rewriteHead } from '#test/fakes/gmail/mime/rewrite.ts';
import { briefJson, formatOf, messageJson } from './message-json.ts';
import { hitsOf } from './reading.ts';
import { checkThread, mailOf, sendMail } from './sending.ts';

const draftOf = (call: ApiCall, id: unknown): Draft => {
  const draft = typeof id === 'string' ? call.user.mailbox.drafts.get(id) : undefined;
  if (!draft || draft.item.arrivedMs > call.viewMs) throw notFound();
  return draft;
};

const messageOf = (call: ApiCall): Record<string, unknown> | undefined => {
  const { message } = call.body;
  return typeof message === 'object' && message !== null ? (message as Record<string, unknown>) : undefined;
};

/** A draft gets a Message-ID when it has none. */
const withId = (call: ApiCall, raw: Buffer): Buffer =>
  headerOf(splitHead(raw).headers, 'message-id') === undefined
    ? rewriteHead(raw, {
        without: () => false,
        first: [`Message-ID: <CA${call.world.random.hex(40)}@mail.gmail.com>`],
      })
    : raw;

/** Puts the draft's message into the mailbox; its thread follows the rules of a mail that is sent. */
const store = (call: ApiCall, id: string, mail: { raw: Buffer; threadId: string | undefined }): Draft => {
  const { mailbox } = call.user;
  checkThread(call, mail.threadId);
  const source = withId(call, checkSize(mail.raw));
  const head = headOf(splitHead(source).headers);
  const threadId =
    mail.threadId === undefined ? null : (mailbox.threadForSending(mail.threadId, head) ?? null);
  const item = mailbox.add({ source, labels: ['DRAFT'], internalMs: call.world.clock.ms(), threadId });
  const draft: Draft = { id, item, threadId: mail.threadId };
  mailbox.drafts.set(id, draft);
  return draft;
};

const note = (call: ApiCall, kind: EffectKind, draft: Draft): void => {
  const headers = draft.item.headers();
  const opId = headerOf(headers, 'x-op-id');
  call.world.ledger.add({
    kind,
    user: call.user.email,
    method: call.method,
    draftId: draft.id,
    messageId: draft.item.id,
    subject: draft.item.head.subject,
    ...(opId ? { opId } : {}),
  });
};

const brief = (draft: Draft): unknown => ({ id: draft.id, message: briefJson(draft.item) });

export const createDraft = (call: ApiCall): unknown => {
  const { random } = call.world;
  const id = `r${random.below(2) === 0 ? '-' : ''}${1 + random.below(9)}${Array.from({ length: 17 }, () => random.below(10)).join('')}`;
  const draft = store(call, id, mailOf(call, messageOf(call)));
  note(call, 'draft-create', draft);
  return brief(draft);
};

export const getDraft = (call: ApiCall): unknown => {
  const draft = draftOf(call, call.ids[0]);
  return { id: draft.id, message: messageJson(call, draft.item, formatOf(call)) };
};

export const listDrafts = (call: ApiCall): unknown => {
  call.query.append('labelIds', 'DRAFT');
  const { hits, next } = hitsOf(call);
  const byItem = new Map([...call.user.mailbox.drafts.values()].map((one) => [one.item, one]));
  const drafts = hits.flatMap((item) => {
    const draft = byItem.get(item);
    return draft ? [{ id: draft.id, message: { id: item.id, threadId: item.threadId } }] : [];
  });
  return {
    ...(drafts.length > 0 ? { drafts } : {}),
    ...(next ? { nextPageToken: next } : {}),
    resultSizeEstimate: drafts.length,
  };
};

export const updateDraft = (call: ApiCall): unknown => {
  const old = draftOf(call, call.ids[0]);
  const draft = store(call, old.id, mailOf(call, messageOf(call)));
  call.user.mailbox.remove(old.item);
  note(call, 'draft-update', draft);
  return brief(draft);
};

export const deleteDraft = (call: ApiCall): unknown => {
  const draft = draftOf(call, call.ids[0]);
  call.user.mailbox.drafts.delete(draft.id);
  call.user.mailbox.remove(draft.item);
  note(call, 'draft-delete', draft);
  return undefined;
};

/** Drafts that went out a moment ago: where two racing sends may both win, the second finds its draft here. */
const SENT_LATELY_MS = 2_000;
const sentLately = new WeakMap<object, Map<string, { draft: Draft; atMs: number }>>();

const racedDraft = (call: ApiCall, id: unknown): Draft | undefined => {
  if (!call.world.behaviour.racingDraftSendsBothWin) return undefined;
  const late = sentLately.get(call.user)?.get(String(id));
  return late && late.atMs > call.world.clock.ms() - SENT_LATELY_MS ? late.draft : undefined;
};

/** users.drafts.send: the draft goes, and a new message stands in SENT. A second send finds nothing. */
export const sendDraft = (call: ApiCall): unknown => {
  const { id } = call.body;
  if (typeof id !== 'string' || id === '') throw invalid('Missing draft id');
  const { mailbox } = call.user;
  const draft = racedDraft(call, id) ?? draftOf(call, id);
  const message = messageOf(call);
  const changed = message?.raw === undefined && !call.media ? undefined : mailOf(call, message);
  const item = sendMail(call, {
    raw: changed?.raw ?? draft.item.raw(),
    threadId: changed?.threadId ?? draft.threadId,
    draftId: draft.id,
  });
  mailbox.drafts.delete(draft.id);
  mailbox.remove(draft.item);
  const lately = sentLately.get(call.user) ?? new Map<string, { draft: Draft; atMs: number }>();
  sentLately.set(call.user, lately.set(draft.id, { draft, atMs: call.world.clock.ms() }));
  return briefJson(item);
};
