import type { ParsedMail } from './message.ts';
import type { MailContent } from './port.ts';
import type { Untrusted } from './untrusted.ts';

/** The message as it was sent: what stood in for headers and attachments when its bytes were put together is put right. */
export const asSent = (mail: Untrusted<ParsedMail>, content: MailContent): Untrusted<ParsedMail> => {
  const corrections = 'raw' in content ? content.corrections : undefined;
  if (!corrections) return mail;
  return mail.map((parsed) => ({
    ...parsed,
    headers: corrections.headers,
    notes: [...parsed.notes, ...(corrections.notes ?? [])],
    attachments: parsed.attachments.map((attachment, i) => ({
      ...attachment,
      sizeBytes: corrections.attachmentBytes[i] ?? attachment.sizeBytes,
    })),
  }));
};
