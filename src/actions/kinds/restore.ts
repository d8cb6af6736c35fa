import { z } from 'zod';
import { patch } from '#mail/patch.ts';
import { defineAction } from './define.ts';
import { roleLabels } from './roles.ts';

export const restore = defineAction({
  type: 'restore',
  title: 'Restore',
  description: 'Bring the message back from trash or spam to the inbox.',
  danger: 'safe',
  parameters: z.strictObject({}),
  reversible: true,
  effect: (_, view) => ({
    kind: 'patch',
    patch: patch({
      addLabels: roleLabels(view, 'inbox'),
      removeLabels: [...roleLabels(view, 'trash'), ...roleLabels(view, 'spam')],
    }),
  }),
});
