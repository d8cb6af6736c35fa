import { z } from 'zod';
import { defineAction } from './define.ts';

export const deleteForever = defineAction({
  type: 'delete',
  title: 'Delete for ever',
  description: 'Delete the message for ever. This cannot be undone.',
  danger: 'dangerous',
  parameters: z.strictObject({}),
  reversible: false,
  effect: () => ({ kind: 'delete' }),
});
