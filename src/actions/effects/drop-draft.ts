import { contentHash } from '#mail/content-hash.ts';
import { emptyPatch, patch } from '#mail/patch.ts';
import type { Mailbox } from '#mail/port.ts';
import { crashpoint } from '#std/crashpoint.ts';
import { defineEffect } from './define.ts';

/** Where nothing may be deleted for ever, the trash is as good. */
const discard = async (mailbox: Mailbox, id: string): Promise<void> => {
  if (mailbox.can.permanentDelete) return mailbox.delete(id);
  const state = await mailbox.state(id);
  const trash = (await mailbox.labels()).find((label) => label.role === 'trash');
  if (!state || !trash) return;
  await mailbox.modify(id, await mailbox.expand(patch({ addLabels: [trash.id] }), state));
};

export const dropDraftEffect = defineEffect<'drop_draft'>({
  kind: 'drop_draft',
  apply: async ({ mailbox, before }, { id, hash }) => {
    const raw = await mailbox.raw(id);
    crashpoint('draft.before-drop');
    // Sent or thrown away meanwhile, or written on: then it is the user's.
    if (raw !== null && contentHash(raw) === hash) await discard(mailbox, id);
    crashpoint('draft.after-drop');
    return { patch: emptyPatch(), after: before };
  },
});
