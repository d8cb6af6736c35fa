import { GMAIL_SEEN_MESSAGES } from '#config/limits-gmail.ts';
import type { MailState } from '#mail/message.ts';
import { stateOf } from './state.ts';

interface Seen {
  state: MailState;
  /** The last record of the history that the state has in it. */
  historyId: string;
}

/**
 * The states in which the last messages of one account were seen. Whether a message is still in it the history tells for
 * 2 units, where the message itself costs 20.
 */
export class SeenStates {
  readonly #seen = new Map<string, Seen>();

  /** Takes what Gmail answered of a message, where it says as of when. */
  note({ id, labelIds, historyId }: Answer): MailState {
    const state = stateOf(labelIds);
    this.#seen.delete(id);
    if (historyId === undefined) return state;
    const [oldest] = this.#seen.keys();
    if (this.#seen.size >= GMAIL_SEEN_MESSAGES && oldest !== undefined) this.#seen.delete(oldest);
    this.#seen.set(id, { state, historyId });
    return state;
  }

  of(id: string): Seen | undefined {
    return this.#seen.get(id);
  }

  forget(id: string): void {
    this.#seen.delete(id);
  }
}

interface Answer {
  id: string;
  labelIds: readonly string[];
  historyId?: string | undefined;
}
