import { epochOf } from '#actions/epoch-store.ts';
import { writeLetter } from '#actions/letter.ts';
import { operationOf } from '#actions/operation.ts';
import { contentHash } from '#mail/content-hash.ts';
import { emptyPatch } from '#mail/patch.ts';
import { crashpoint } from '#std/crashpoint.ts';
import { defineEffect } from './define.ts';

export const draftEffect = defineEffect<'draft'>({
  kind: 'draft',
  apply: async (c, { letter }) => {
    const { mailbox, action } = c;
    // The time of the action, so that whoever begins again writes the same.
    const made = await writeLetter(c, letter, {
      opId: operationOf(action, c.target),
      date: action.createdAt,
    });
    const mayBeThere = c.resumed || (await epochOf(c.ports.db, action.accountId)) !== undefined;
    const [known] = mayBeThere ? await mailbox.findByMessageId(made.messageId) : [];
    crashpoint('draft.before-create');
    const id = known ?? (await mailbox.createDraft(made.raw, made.threadKey));
    crashpoint('draft.after-create');
    // As the mailbox has it, which may have put it another way.
    const raw = await mailbox.raw(id);
    const draft = raw && { id, hash: contentHash(raw) };
    return { patch: emptyPatch(), after: c.before, ...(draft ? { draft } : {}) };
  },
});
