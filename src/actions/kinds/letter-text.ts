import { z } from 'zod';
import { SEND_TEXT_CHARS } from '#config/limits-sending.ts';

/** Controls but tabs and line breaks: they hide or turn what an approval shows. */
const ODD = /[^\P{Cc}\t\n\r]|[\u202a-\u202e\u2066-\u2069]/u;

/** Text of a mail, as plain text. What is shown for approval is what is sent. */
export const letterText = z
  .string()
  .max(SEND_TEXT_CHARS)
  .refine((text) => text.isWellFormed() && !ODD.test(text), 'holds characters that cannot be seen');
