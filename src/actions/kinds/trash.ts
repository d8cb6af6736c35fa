import { z } from 'zod';
import { patch } from '#mail/patch.ts';
import { defineAction } from './define.ts';
import { roleLabels } from './roles.ts';

export const trash = defineAction({
  type: 'trash',
  title: 'Move to trash',
  description: 'Put the message in the trash, from where it can be restored.',
  danger: 'leaves_inbox',
  parameters: z.strictObject({}),
  reversible: true,
  effect: (_, view) => ({
    kind: 'patch',
    patch: patch({ addLabels: roleLabels(view, 'trash'), removeLabels: roleLabels(view, 'inbox') }),
  }),
});
