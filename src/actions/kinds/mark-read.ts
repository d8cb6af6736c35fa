import { z } from 'zod';
import { patch } from '#mail/patch.ts';
import { defineAction } from './define.ts';

export const markRead = defineAction({
  type: 'mark_read',
  title: 'Mark as read',
  description: 'Mark the message as read.',
  danger: 'safe',
  parameters: z.strictObject({}),
  reversible: true,
  effect: () => ({ kind: 'patch', patch: patch({ addFlags: ['seen'] }) }),
});
