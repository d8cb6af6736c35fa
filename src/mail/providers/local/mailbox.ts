import type { Db } from '#db/db.ts';
import { contentHash } from '#mail/content-hash.ts';
import { readHeaders } from '#mail/headers.ts';
import type { Flag, MailState } from '#mail/message.ts';
import { attachmentBytes } from '#mail/mime.ts';
import { applyPatch, type MailPatch } from '#mail/patch.ts';
import type { ChangePage, FetchedMail, Mailbox, MailChange, RemoteLabel, Surveyed } from '#mail/port.ts';
import type { Clock } from '#std/clock.ts';
import { AppError } from '#std/errors.ts';
import type { Instant } from '#std/time.ts';
import { deliver, messageId } from './deliver.ts';
import { labelFor, SYSTEM_LABELS, systemLabel } from './labels.ts';
import { listen, tellListeners } from './listeners.ts';
import * as store from './store.ts';

const CAPABILITIES = {
  push: true,
  modify: true,
  permanentDelete: true,
  serverLabels: true,
  send: true,
  wholeHistory: true,
};

/** A mailbox kept in our own tables. A cursor is the modseq of the last change that was told, as text. */
export const localMailbox = (
  { db, clock }: { db: Db; clock: Clock },
  { id: accountId, email }: { id: string; email: string },
): Mailbox => {
  const labels = async (): Promise<RemoteLabel[]> => [
    ...SYSTEM_LABELS,
    ...(await store.readLabels(db, accountId)),
  ];

  const put = async (raw: Uint8Array, label: string, flags: Flag[]): Promise<string> => {
    const hash = contentHash(raw);
    await db.write((tx) =>
      deliver(tx, { accountId, mails: [{ raw, hash, copy: 1, date: clock.now(), labels: [label], flags }] }),
    );
    return messageId(hash);
  };

  const rawOf = async (id: string): Promise<Uint8Array | null> =>
    (await store.readMessages(db, accountId, [id]))[0]?.raw ?? null;

  return {
    can: CAPABILITIES,
    labels,
    ensureLabel: async (name) => {
      const wanted = systemLabel(name) ?? labelFor(name);
      const known = (await labels()).find((label) => label.id === wanted.id);
      if (known) return known;
      await db.write((tx) => store.addLabel(tx, accountId, wanted));
      return wanted;
    },
    changes: (cursor, limit) => changesSince({ db, accountId, cursor, limit }),
    hasReached: (cursor, told) => Number(cursor) >= Number(told),
    list: (page, limit, o) => listPage(db, accountId, { page, limit, since: o?.since }),
    survey: (since, limit) => survey(db, accountId, { since, limit }),
    cursor: async () => String((await store.readMailbox(db, accountId)).last),
    fetch: async (ids) => inOrder(ids, await store.readMessages(db, accountId, ids)),
    state: async (id) => (await store.readMessage(db, accountId, id))?.state ?? null,
    expand: async (patch) => patch,
    modify: (id, patch) => modify(db, { accountId, id, patch }),
    delete: (id) => remove(db, accountId, id),
    findByMessageId: (rfc822MessageId) => findByMessageId(db, accountId, rfc822MessageId),
    attachment: async (id, index) => {
      const raw = await rawOf(id);
      return raw && attachmentBytes(raw, index);
    },
    raw: rawOf,
    createDraft: (raw) => put(raw, 'DRAFTS', []),
    stage: async () => null,
    // The id is made from the bytes, so that sending the same mail again finds it sent.
    send: ({ raw }) => put(raw, 'SENT', ['seen']),
    traceSend: async ({ raw }) => {
      const id = messageId(contentHash(raw));
      return (await store.readMessage(db, accountId, id)) === null
        ? { kind: 'not-sent' }
        : { kind: 'sent', id };
    },
    unstage: async () => {},
    watch: (onChange) =>
      // A hint that is lost here is found by the poll that stands behind every watch.
      listen(db, accountId, () => void Promise.resolve(onChange()).catch(() => {})),
    test: async () => ({ email, messages: await store.countMessages(db, accountId), notes: [] }),
  };
};

const listPage = async (
  db: Db,
  accountId: string,
  o: { page: string | null; limit: number; since: Instant | undefined },
): Promise<{ ids: string[]; next: string | null }> => {
  const rows = await store.listBelow(db, accountId, {
    modseq: o.page === null ? Number.MAX_SAFE_INTEGER : Number(o.page),
    limit: o.limit,
    since: o.since,
  });
  const last = rows.at(-1);
  return { ids: rows.map((r) => r.id), next: last && rows.length === o.limit ? String(last.modseq) : null };
};

async function* survey(
  db: Db,
  accountId: string,
  o: { since: Instant | null; limit: number },
): AsyncGenerator<Surveyed[]> {
  let below = Number.MAX_SAFE_INTEGER;
  for (;;) {
    const rows = await store.listBelow(db, accountId, {
      modseq: below,
      limit: o.limit,
      since: o.since ?? undefined,
    });
    yield rows.map(({ id, state }) => ({ id, state }));
    if (rows.length < o.limit) return;
    below = rows.at(-1)?.modseq ?? 0;
  }
}

const changesSince = async (o: {
  db: Db;
  accountId: string;
  cursor: string | null;
  limit: number;
}): Promise<ChangePage | { expired: true }> => {
  const { last, oldest } = await store.readMailbox(o.db, o.accountId);
  const since = o.cursor === null ? 0 : Number(o.cursor);
  if (!Number.isSafeInteger(since) || since > last) return { expired: true };
  if (o.cursor !== null && since < oldest - 1) return { expired: true };
  const rows = await store.changedSince(o.db, o.accountId, { modseq: since, limit: o.limit });
  const end = rows.at(-1)?.modseq ?? since;
  return {
    changes: rows.map((row) => changeOf(row, since)),
    cursor: String(end),
    more: rows.length === o.limit && end < last,
  };
};

const changeOf = (row: store.LocalMessage, since: number): MailChange => {
  if (row.deleted) return { kind: 'gone', id: row.id };
  if (row.addedModseq > since) return { kind: 'added', id: row.id, sizeBytes: row.sizeBytes };
  return { kind: 'changed', id: row.id, state: row.state };
};

const modify = (
  db: Db,
  { accountId, id, patch }: { accountId: string; id: string; patch: MailPatch },
): Promise<MailState | null> =>
  db.write(async (tx) => {
    const message = await store.lockMessage(tx, accountId, id);
    if (message === null) return null;
    const known = new Set([...SYSTEM_LABELS, ...(await store.readLabels(tx, accountId))].map((l) => l.id));
    if (!patch.addLabels.every((label) => known.has(label))) {
      throw new AppError('permanent', 'mail.unknown-label', 'The mailbox has no such label', {
        help: 'Choose a label that exists, or make it first.',
      });
    }
    const after = applyPatch(message.state, patch);
    if (JSON.stringify(after) === JSON.stringify(message.state)) return after;
    await store.writeState(tx, accountId, { id, state: after });
    tx.afterCommit(() => tellListeners(accountId));
    return after;
  });

const remove = (db: Db, accountId: string, id: string): Promise<void> =>
  db.write(async (tx) => {
    if (await store.removeMessage(tx, accountId, id)) tx.afterCommit(() => tellListeners(accountId));
  });

const findByMessageId = async (db: Db, accountId: string, rfc822MessageId: string): Promise<string[]> => {
  const found = await store.findInBytes(db, accountId, rfc822MessageId);
  return found.filter(({ raw }) => hasMessageId(raw, rfc822MessageId)).map(({ id }) => id);
};

const inOrder = (
  ids: readonly string[],
  found: readonly (store.LocalMessage & { raw: Uint8Array })[],
): FetchedMail[] => {
  const byId = new Map(found.map((message) => [message.id, message]));
  const mails: FetchedMail[] = [];
  for (const id of new Set(ids)) {
    const message = byId.get(id);
    if (!message) continue;
    const { internalDate, sizeBytes, state, raw } = message;
    mails.push({ id, threadKey: null, internalDate, sizeBytes, state, content: { raw } });
  }
  return mails;
};

const hasMessageId = (raw: Uint8Array, id: string): boolean =>
  readHeaders(raw).headers.some(([name, value]) => name === 'message-id' && value.includes(`<${id}>`));
