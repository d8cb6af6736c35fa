import { z } from 'zod';
import { SEND_ADDRESS_CHARS, SEND_RECIPIENTS } from '#config/limits-sending.ts';
import { sendableAddress } from '#mail/outgoing-address.ts';
import { defineAction } from './define.ts';
import { letterText } from './letter-text.ts';

export const forward = defineAction({
  type: 'forward',
  title: 'Forward',
  description: 'Send the message on to the addresses that are named here.',
  danger: 'dangerous',
  parameters: z.strictObject({
    to: z
      .array(
        z
          .string()
          .trim()
          .max(SEND_ADDRESS_CHARS)
          .refine((address) => sendableAddress(address) !== null, 'is no address that mail can go to'),
      )
      .min(1)
      .max(SEND_RECIPIENTS)
      .describe(
        'Addresses that it goes to. Rules may use those of the setting policy.forward_allow without asking.',
      ),
    note: letterText.optional().describe('Plain text that stands before the message.'),
    attached: z
      .boolean()
      .optional()
      .describe('Send it as a whole message in a file, rather than its text and its files.'),
  }),
  reversible: false,
  sends: (p) => ({ kind: 'forward', to: p.to, automatic: false }),
  effect: (p) => ({
    kind: 'send',
    letter: { form: 'forward', to: p.to, note: p.note ?? '', attached: p.attached ?? false },
  }),
});
