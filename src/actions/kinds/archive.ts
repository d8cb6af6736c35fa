import { z } from 'zod';
import { patch } from '#mail/patch.ts';
import { defineAction } from './define.ts';
import { roleLabels } from './roles.ts';

export const archive = defineAction({
  type: 'archive',
  title: 'Archive',
  description: 'Take the message out of the inbox and keep it.',
  danger: 'leaves_inbox',
  parameters: z.strictObject({}),
  reversible: true,
  effect: (_, view) => ({ kind: 'patch', patch: patch({ removeLabels: roleLabels(view, 'inbox') }) }),
});
