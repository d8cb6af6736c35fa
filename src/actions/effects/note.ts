import { insertNote } from '#actions/store.ts';
import { emptyPatch } from '#mail/patch.ts';
import { defineEffect } from './define.ts';

export const noteEffect = defineEffect<'note'>({
  kind: 'note',
  apply: async ({ before }) => ({ patch: emptyPatch(), after: before }),
  finish: async ({ ports, action }, tx, { text }) => {
    const { userId, messageId, id: actionId } = action;
    await insertNote(tx, { id: ports.newId(), userId, messageId, actionId, text, now: ports.clock.now() });
  },
});
