import type { FakeControl } from '#test/fakes/gmail/control.ts';
import { mailAt } from './mail-at.ts';

export interface FillOptions {
  messages: number;
  seed?: number;
  /** The newest is this much older than now. */
  newestAgeMs?: number;
  /** Between the oldest and the newest. */
  spanMs?: number;
}

const DEFAULT_SPAN_MS = 365 * 86_400_000;

/** Fills a mailbox with made-up mail, oldest first, the same for the same seed. Returns the ids. */
export const fillMailbox = (control: FakeControl, email: string, options: FillOptions): string[] => {
  const { messages, seed = 1, newestAgeMs = 60_000, spanMs = DEFAULT_SPAN_MS } = options;
  const newestMs = control.world.clock.ms() - newestAgeMs;
  const stepMs = spanMs / Math.max(1, messages);
  return Array.from({ length: messages }, (_, index) => {
    const date = Math.floor(newestMs - (messages - 1 - index) * stepMs);
    const mail = mailAt({ seed, index, to: email, dateMs: date });
    return control.deliver(email, mail, { labels: mail.labels, date });
  });
};
