import { emptyPatch } from '#mail/patch.ts';
import { defineEffect } from './define.ts';

export const nothingEffect = defineEffect<'nothing'>({
  kind: 'nothing',
  apply: async ({ before }) => ({ patch: emptyPatch(), after: before }),
});
