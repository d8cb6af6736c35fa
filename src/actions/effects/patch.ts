import { lockHandle, setMailState } from '#mail/message-store.ts';
import { applyPatch } from '#mail/patch.ts';
import { crashpoint } from '#std/crashpoint.ts';
import { defineEffect } from './define.ts';

export const patchEffect = defineEffect<'patch'>({
  kind: 'patch',
  apply: async ({ mailbox, target }, { patch, wakeAt }) => {
    crashpoint('perform.before-effect');
    const after = await mailbox.modify(target.providerMessageId, patch);
    crashpoint('perform.after-effect');
    return after === null ? 'gone' : { patch, after, ...(wakeAt ? { wakeAt } : {}) };
  },
  // Other actions on the same message may have finished meanwhile: the patch goes on top of what is known now.
  finish: async ({ target }, tx, { patch }) => {
    const current = await lockHandle(tx, target.id);
    if (current) await setMailState(tx, current, applyPatch(current.state, patch));
  },
});
