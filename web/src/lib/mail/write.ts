import type { Message, Thread } from '#lib/api/types.ts';
import { mailbox } from '#lib/mailbox.svelte.ts';
import { act } from './act.ts';
import { answered } from './answered.ts';

/** The message that an answer in this thread is to. */
export const answeredBy = (thread: Thread): Message | undefined =>
  answered(thread, mailbox.accounts.find((account) => account.id === thread.accountId)?.email);

const toAnswer = (thread: Thread) => [answeredBy(thread)?.id ?? []].flat();

interface Answer {
  text: string;
  /** The message stands below it. */
  quote: boolean;
}

/** Answers whoever is to be answered. The person who presses the button has said yes. */
export const reply = (thread: Thread, parameters: Answer): Promise<boolean> =>
  act(toAnswer(thread), {
    type: 'reply',
    parameters: { ...parameters },
    confirmed: true,
    done: 'Will be sent',
  });

export const saveDraft = (thread: Thread, parameters: Answer): Promise<boolean> =>
  act(toAnswer(thread), { type: 'create_draft', parameters: { ...parameters }, done: 'Draft kept' });

/** Sends the newest message on. */
export const forward = (
  thread: Thread,
  { to, note, attached }: { to: string[]; note: string; attached: boolean },
): Promise<boolean> =>
  act(
    thread.messages.slice(-1).map((message) => message.id),
    {
      type: 'forward',
      parameters: { to, ...(note.trim() !== '' && { note }), ...(attached && { attached }) },
      confirmed: true,
      done: 'Will be sent',
    },
  );
