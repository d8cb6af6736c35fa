import { z } from 'zod';
import { patch } from '#mail/patch.ts';
import { defineAction } from './define.ts';

export const markUnread = defineAction({
  type: 'mark_unread',
  title: 'Mark as unread',
  description: 'Mark the message as not yet read.',
  danger: 'safe',
  parameters: z.strictObject({}),
  reversible: true,
  effect: () => ({ kind: 'patch', patch: patch({ removeFlags: ['seen'] }) }),
});
