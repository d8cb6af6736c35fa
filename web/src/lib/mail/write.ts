import type { Thread } from '#lib/api/types.ts';
import { act } from './act.ts';

const newest = (thread: Thread) => thread.messages.slice(-1).map((message) => message.id);

/** Answers whoever sent the newest message. The person who presses the button has said yes. */
export const reply = (thread: Thread, text: string): Promise<boolean> =>
  act(newest(thread), { type: 'reply', parameters: { text }, confirmed: true, done: 'Will be sent' });

export const saveDraft = (thread: Thread, text: string): Promise<boolean> =>
  act(newest(thread), { type: 'create_draft', parameters: { text }, done: 'Draft kept' });

/** Sends the newest message on. */
export const forward = (
  thread: Thread,
  { to, note, attached }: { to: string[]; note: string; attached: boolean },
): Promise<boolean> =>
  act(newest(thread), {
    type: 'forward',
    parameters: { to, ...(note.trim() !== '' && { note }), ...(attached && { attached }) },
    confirmed: true,
    done: 'Will be sent',
  });
