import { z } from 'zod';
import { patch } from '#mail/patch.ts';
import { defineAction } from './define.ts';

export const star = defineAction({
  type: 'star',
  title: 'Star',
  description: 'Put a star on the message.',
  danger: 'safe',
  parameters: z.strictObject({}),
  reversible: true,
  effect: () => ({ kind: 'patch', patch: patch({ addFlags: ['flagged'] }) }),
});
