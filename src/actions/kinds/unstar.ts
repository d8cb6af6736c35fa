import { z } from 'zod';
import { patch } from '#mail/patch.ts';
import { defineAction } from './define.ts';

export const unstar = defineAction({
  type: 'unstar',
  title: 'Remove star',
  description: 'Take the star off the message.',
  danger: 'safe',
  parameters: z.strictObject({}),
  reversible: true,
  effect: () => ({ kind: 'patch', patch: patch({ removeFlags: ['flagged'] }) }),
});
