import { z } from 'zod';
import { defineAction } from './define.ts';

export const none = defineAction({
  type: 'none',
  title: 'Leave as it is',
  description: 'Record that the message was looked at, and change nothing.',
  danger: 'safe',
  parameters: z.strictObject({}),
  reversible: false,
  effect: () => ({ kind: 'nothing' }),
});
