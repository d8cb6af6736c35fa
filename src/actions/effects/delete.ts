import { markGone } from '#mail/message-store.ts';
import { emptyPatch } from '#mail/patch.ts';
import { crashpoint } from '#std/crashpoint.ts';
import { defineEffect } from './define.ts';

export const deleteEffect = defineEffect<'delete'>({
  kind: 'delete',
  apply: async ({ mailbox, target }) => {
    crashpoint('perform.before-delete');
    await mailbox.delete(target.providerMessageId);
    crashpoint('perform.after-delete');
    return { patch: emptyPatch(), after: null };
  },
  finish: ({ ports, target }, tx) => markGone(tx, target, ports.clock.now()),
});
