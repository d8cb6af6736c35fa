import { z } from 'zod';
import { NOTE_CHARS } from '#config/limits.ts';
import { defineAction } from './define.ts';

export const addNote = defineAction({
  type: 'add_note',
  title: 'Add note',
  description: 'Keep a note with the message, in Ashford only.',
  danger: 'safe',
  parameters: z.strictObject({
    text: z.string().trim().min(1).max(NOTE_CHARS).describe('The note, as plain text.'),
  }),
  reversible: true,
  effect: (p) => ({ kind: 'note', text: p.text }),
});
