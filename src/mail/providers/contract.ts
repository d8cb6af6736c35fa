import { describe, expect, test } from 'vitest';
import { applyPatch, invert, patch } from '#mail/patch.ts';
import type { Mailbox } from '#mail/port.ts';
import { toInstant } from '#std/time.ts';
import {
  byRole,
  change,
  follow,
  message,
  outgoing,
  sorted,
  surveyOf,
  WITH_ATTACHMENT,
} from './contract-steps.ts';

/** A mailbox to test, with the other end in the test's hands. */
export interface MailboxFixture extends AsyncDisposable {
  mailbox: Mailbox;
  /** Mail arrives in the inbox, as from outside. Returns its id. */
  deliver(raw: Uint8Array): Promise<string>;
  /** Makes the provider forget where older cursors stood. */
  expireCursors(): Promise<void>;
}

/** What a server that a provider is tested against may have no answer for. */
export type ContractPoint = 'old-cursors' | 'survey' | 'message-id-search';

/**
 * What the rest of the program relies on, whatever the provider. Every provider's test runs it. `unanswered` names what the
 * server on the other end can not do, though the provider can.
 */
export const mailboxContract = (
  name: string,
  open: () => Promise<MailboxFixture>,
  unanswered: readonly ContractPoint[] = [],
): void => {
  const testOf = (point: ContractPoint) => (title: string, run: () => Promise<void>) => {
    if (!unanswered.includes(point)) test(title, run);
  };
  describe(`${name}: changes`, () => {
    test('new mail is told once, oldest first, page by page', async () => {
      await using f = await open();
      const start = await f.mailbox.cursor();
      const ids = [await f.deliver(message(1)), await f.deliver(message(2)), await f.deliver(message(3))];
      const { changes, cursor, pages } = await follow(f.mailbox, start, 2);
      expect(changes.filter((c) => c.kind === 'added').map((c) => c.id)).toEqual(ids);
      expect(pages).toBeGreaterThan(1);
      expect((await follow(f.mailbox, cursor)).changes).toEqual([]);
    });

    test('a null cursor starts at the beginning where the whole mailbox is told, and else now', async () => {
      await using f = await open();
      const id = await f.deliver(message(1));
      const { changes, cursor } = await follow(f.mailbox, null);
      expect(changes.map((c) => c.id)).toEqual(f.mailbox.can.wholeHistory ? [id] : []);
      const next = await f.deliver(message(2));
      expect((await follow(f.mailbox, cursor)).changes).toMatchObject([{ kind: 'added', id: next }]);
    });

    test('a change of flags or labels is told', async () => {
      await using f = await open();
      const id = await f.deliver(message(1));
      const before = await f.mailbox.state(id);
      const start = await f.mailbox.cursor();
      const after = await f.mailbox.modify(id, patch({ addFlags: ['seen'] }));
      const { changes } = await follow(f.mailbox, start);
      let told = before;
      for (const c of changes) {
        if (c.kind === 'changed') told = c.state;
        if (c.kind === 'patched' && told) told = applyPatch(told, c.patch);
      }
      expect(changes.every((c) => c.id === id && c.kind !== 'added')).toBe(true);
      expect(sorted(told)).toEqual(sorted(after));
      expect(after?.flags).toEqual(['seen']);
    });

    test('a cursor that has reached a moment says so', async () => {
      await using f = await open();
      const before = await f.mailbox.cursor();
      await f.deliver(message(1));
      const after = await f.mailbox.cursor();
      expect(f.mailbox.hasReached(before, after)).toBe(false);
      expect(f.mailbox.hasReached(after, after)).toBe(true);
      expect(f.mailbox.hasReached(after, before)).toBe(true);
    });

    test('mail that arrived and changed since the cursor is told as new', async () => {
      await using f = await open();
      const start = await f.mailbox.cursor();
      const id = await f.deliver(message(1));
      await f.mailbox.modify(id, patch({ addFlags: ['flagged'] }));
      const { changes } = await follow(f.mailbox, start);
      expect(changes.filter((c) => c.kind === 'added').map((c) => c.id)).toEqual([id]);
    });

    test('mail that went is told as gone', async () => {
      await using f = await open();
      const id = await f.deliver(message(1));
      const start = await f.mailbox.cursor();
      await f.mailbox.delete(id);
      expect((await follow(f.mailbox, start)).changes).toEqual([{ kind: 'gone', id }]);
    });

    testOf('old-cursors')('a cursor that is no longer known says so, and a new one works', async () => {
      await using f = await open();
      const old = await f.mailbox.cursor();
      await f.deliver(message(1));
      await f.expireCursors();
      expect(await f.mailbox.changes(old, 10)).toEqual({ expired: true });
      const fresh = await f.mailbox.cursor();
      const id = await f.deliver(message(2));
      expect((await follow(f.mailbox, fresh)).changes).toMatchObject([{ kind: 'added', id }]);
    });
  });

  describe(`${name}: reading`, () => {
    test('the list holds every message once, newest first, page by page', async () => {
      await using f = await open();
      const ids: string[] = [];
      for (let i = 0; i < 5; i++) ids.push(await f.deliver(message(i)));
      const listed: string[] = [];
      let page: string | null = null;
      do {
        const next: { ids: string[]; next: string | null } = await f.mailbox.list(page, 2);
        listed.push(...next.ids);
        page = next.next;
      } while (page !== null);
      expect(listed).toEqual([...ids].reverse());
    });

    test('a list and a survey may be asked for what came since a time', async () => {
      await using f = await open();
      const id = await f.deliver(message(1));
      const mail = (await f.mailbox.fetch([id]))[0];
      const at = Date.parse(mail?.internalDate ?? '');
      const instant = (ms: number) => toInstant(Math.ceil(ms / 1000) * 1000);
      expect((await f.mailbox.list(null, 10, { since: instant(at - 5_000) })).ids).toEqual([id]);
      expect((await f.mailbox.list(null, 10, { since: instant(at + 5_000) })).ids).toEqual([]);
      expect(await surveyOf(f.mailbox, instant(at - 5_000), 10)).toHaveLength(1);
      expect(await surveyOf(f.mailbox, instant(at + 5_000), 10)).toEqual([]);
    });

    testOf('survey')('a survey tells every message with its state, page by page', async () => {
      await using f = await open();
      const ids: string[] = [];
      for (let i = 0; i < 5; i++) ids.push(await f.deliver(message(i)));
      const [first = '', second = ''] = ids;
      await f.mailbox.modify(first, patch({ addFlags: ['seen'] }));
      await f.mailbox.modify(
        second,
        patch({ addFlags: ['flagged'], removeLabels: [await byRole(f.mailbox, 'inbox')] }),
      );
      const told = await surveyOf(f.mailbox, null, 2);
      expect(told.map((t) => t.id).sort()).toEqual([...ids].sort());
      for (const { id, state } of told) expect(sorted(state)).toEqual(sorted(await f.mailbox.state(id)));
    });

    test('messages are fetched with their content and state; gone ones are left out', async () => {
      await using f = await open();
      const a = await f.deliver(message(1));
      const b = await f.deliver(message(2));
      await f.mailbox.delete(b);
      const [mail, ...others] = await f.mailbox.fetch([a, b, 'never-there']);
      expect(others).toEqual([]);
      expect(mail).toMatchObject({ id: a, state: { labels: [await byRole(f.mailbox, 'inbox')], flags: [] } });
      expect(mail?.sizeBytes).toBeGreaterThan(50);
      expect(mail?.internalDate).toMatch(/^\d{4}-.*Z$/);
    });

    test('raw bytes and attachments are read on demand', async () => {
      await using f = await open();
      const id = await f.deliver(WITH_ATTACHMENT);
      expect(Buffer.from((await f.mailbox.raw(id)) ?? [])).toEqual(Buffer.from(WITH_ATTACHMENT));
      expect(Buffer.from((await f.mailbox.attachment(id, 0)) ?? []).toString()).toBe('%PDF-');
      expect(await f.mailbox.attachment(id, 1)).toBeNull();
    });

    testOf('message-id-search')('a message is found by its Message-ID', async () => {
      await using f = await open();
      const id = await f.deliver(message(7));
      await f.deliver(message(8, 'References: <m7@x.example>\r\n'));
      expect(await f.mailbox.findByMessageId('m7@x.example')).toEqual([id]);
      expect(await f.mailbox.findByMessageId('m9@x.example')).toEqual([]);
    });
  });

  describe(`${name}: labels`, () => {
    test('there is an inbox, and a place for sent, drafts and trash', async () => {
      await using f = await open();
      const roles = (await f.mailbox.labels()).map((label) => label.role);
      for (const role of ['inbox', 'sent', 'drafts', 'trash'] as const) expect(roles).toContain(role);
    });

    test('a label is made once, whatever the case of its name', async () => {
      await using f = await open();
      const made = await f.mailbox.ensureLabel('Receipts');
      expect(await f.mailbox.ensureLabel('receipts')).toEqual(made);
      expect((await f.mailbox.labels()).filter((l) => l.name.toLowerCase() === 'receipts')).toEqual([made]);
    });

    test('a label that was never made is refused', async () => {
      await using f = await open();
      const id = await f.deliver(message(1));
      const adding = f.mailbox.modify(id, patch({ addLabels: ['no-such-label'] }));
      await expect(adding).rejects.toMatchObject({ kind: 'permanent' });
    });
  });

  describe(`${name}: modify`, () => {
    test('the same patch twice gives the same state', async () => {
      await using f = await open();
      const id = await f.deliver(message(1));
      const label = (await f.mailbox.ensureLabel('Receipts')).id;
      const inbox = await byRole(f.mailbox, 'inbox');
      const change = patch({ addLabels: [label], removeLabels: [inbox], addFlags: ['seen', 'flagged'] });
      const once = await f.mailbox.modify(id, change);
      expect(once?.labels).toContain(label);
      expect(once?.labels).not.toContain(inbox);
      expect(sorted(once)?.flags).toEqual(['flagged', 'seen']);
      expect(sorted(await f.mailbox.modify(id, change))).toEqual(sorted(once));
      expect(sorted(await f.mailbox.state(id))).toEqual(sorted(once));
    });

    test('what is put in the trash can be put back', async () => {
      await using f = await open();
      const id = await f.deliver(message(1));
      const before = await f.mailbox.state(id);
      const [inbox, trash] = [await byRole(f.mailbox, 'inbox'), await byRole(f.mailbox, 'trash')];
      await change(f.mailbox, id, patch({ addLabels: [trash], removeLabels: [inbox] }));
      expect((await f.mailbox.state(id))?.labels).toEqual([trash]);
      await change(f.mailbox, id, patch({ addLabels: [inbox], removeLabels: [trash] }));
      expect(sorted(await f.mailbox.state(id))).toEqual(sorted(before));
    });

    test('what a patch came to is undone by its inverse, from the inbox and from elsewhere', async () => {
      await using f = await open();
      const [inbox, trash] = [await byRole(f.mailbox, 'inbox'), await byRole(f.mailbox, 'trash')];
      const label = (await f.mailbox.ensureLabel('Receipts')).id;
      const steps = [
        patch({ removeLabels: [inbox] }),
        patch({ addLabels: [trash], removeLabels: [inbox] }),
        patch({ addLabels: [label], addFlags: ['seen', 'flagged'] }),
        patch({ addLabels: [label], removeLabels: [inbox] }),
      ];
      const id = await f.deliver(message(1));
      const other = await f.deliver(message(2));
      await change(f.mailbox, other, patch({ removeLabels: [inbox] }));
      for (const target of [id, other]) {
        for (const step of steps) {
          const before = await f.mailbox.state(target);
          const done = await change(f.mailbox, target, step);
          const now = await f.mailbox.state(target);
          if (!before || !now) throw new Error('The message is gone');
          await f.mailbox.modify(target, invert(done, before, now));
          expect(sorted(await f.mailbox.state(target))).toEqual(sorted(before));
        }
      }
    });

    test('a message that is gone has no state, and deleting it again is no error', async () => {
      await using f = await open();
      const id = await f.deliver(message(1));
      await f.mailbox.delete(id);
      await f.mailbox.delete(id);
      expect(await f.mailbox.modify(id, patch({ addFlags: ['seen'] }))).toBeNull();
      expect(await f.mailbox.state(id)).toBeNull();
      expect(await f.mailbox.raw(id)).toBeNull();
      expect(await f.mailbox.attachment(id, 0)).toBeNull();
      expect((await f.mailbox.list(null, 10)).ids).not.toContain(id);
    });
  });

  describe(`${name}: sending`, () => {
    test('what is sent stands in Sent, and is found again', async () => {
      await using f = await open();
      const mail = outgoing(5);
      const stagedId = await f.mailbox.stage(mail);
      const staged = { ...mail, stagedId };
      expect(await f.mailbox.stage(mail)).toBe(stagedId);
      // That it was not sent is certain only where nothing leaves but what was staged.
      expect((await f.mailbox.traceSend(staged)).kind).not.toBe('sent');
      const id = await f.mailbox.send(staged);
      const trace = await f.mailbox.traceSend(staged);
      expect(trace.kind).toBe('sent');
      const found = (trace.kind === 'sent' ? trace.id : null) ?? id ?? '';
      expect((await f.mailbox.state(found))?.labels).toContain(await byRole(f.mailbox, 'sent'));
    });

    test('what was staged can be taken away, twice', async () => {
      await using f = await open();
      const mail = outgoing(6);
      const staged = { ...mail, stagedId: await f.mailbox.stage(mail) };
      await f.mailbox.unstage(staged);
      await f.mailbox.unstage(staged);
      const drafts = await byRole(f.mailbox, 'drafts');
      expect((await surveyOf(f.mailbox, null, 100)).filter((t) => t.state.labels.includes(drafts))).toEqual(
        [],
      );
    });

    test('a draft stands in Drafts', async () => {
      await using f = await open();
      const id = await f.mailbox.createDraft(message(6), null);
      expect((await f.mailbox.state(id))?.labels).toContain(await byRole(f.mailbox, 'drafts'));
    });
  });

  test(`${name}: a test of the mailbox says whose it is`, async () => {
    await using f = await open();
    expect((await f.mailbox.test()).email).not.toBe('');
  });

  test(`${name}: who watches is told of new mail, until they stop`, async () => {
    await using f = await open();
    let told: () => void = () => {};
    let count = 0;
    const first = new Promise<void>((resolve) => {
      told = resolve;
    });
    const stop = f.mailbox.watch(() => {
      count++;
      told();
    });
    await f.deliver(message(1));
    await first;
    stop();
    const before = count;
    await f.deliver(message(2));
    expect(count).toBe(before);
  });
};
