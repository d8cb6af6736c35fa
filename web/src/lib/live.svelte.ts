import { type ChangeEvent, TOPICS, type Topic } from './api/types.ts';
import { session } from './session.svelte.ts';

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;
/** Changes that come together are told together. */
const GATHER_MS = 200;

type Listener = () => void;

const readTopics = (data: string): Topic[] => {
  try {
    const event = JSON.parse(data) as Partial<ChangeEvent>;
    return (event.topics ?? []).filter((topic) => TOPICS.includes(topic));
  } catch {
    return [];
  }
};

/** The one connection to `/api/events`. Pages listen to topics; after a lost connection everything counts as changed. */
class Live {
  state = $state<'off' | 'connecting' | 'on' | 'waiting'>('off');
  #listeners = new Map<Topic, Set<Listener>>();
  #changed = new Set<Topic>();
  #gather: ReturnType<typeof setTimeout> | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #source: EventSource | undefined;
  #failures = 0;

  start(): () => void {
    const wake = () => {
      if (this.state === 'waiting') this.#connect();
    };
    window.addEventListener('online', wake);
    this.#connect();
    return () => {
      window.removeEventListener('online', wake);
      clearTimeout(this.#retry);
      clearTimeout(this.#gather);
      this.#source?.close();
      this.state = 'off';
    };
  }

  /** Calls `listener` whenever one of the topics may have changed. Returns how to stop. */
  on(topics: readonly Topic[], listener: Listener): () => void {
    for (const topic of topics) {
      const set = this.#listeners.get(topic) ?? new Set();
      this.#listeners.set(topic, set.add(listener));
    }
    return () => {
      for (const topic of topics) this.#listeners.get(topic)?.delete(listener);
    };
  }

  /** Tells the listeners, as the server would: after an own command, without waiting for the round trip. */
  changed(topics: readonly Topic[]): void {
    for (const topic of topics) this.#changed.add(topic);
    if (this.#gather !== undefined) return;
    this.#gather = setTimeout(() => {
      this.#gather = undefined;
      const told = new Set([...this.#changed].flatMap((topic) => [...(this.#listeners.get(topic) ?? [])]));
      this.#changed.clear();
      for (const listener of told) listener();
    }, GATHER_MS);
  }

  #connect(): void {
    clearTimeout(this.#retry);
    this.state = 'connecting';
    const source = new EventSource('/api/events');
    this.#source = source;
    source.addEventListener('open', () => {
      const wasLost = this.#failures > 0;
      this.#failures = 0;
      this.state = 'on';
      if (wasLost) this.changed(TOPICS);
    });
    source.addEventListener('change', (event) => this.changed(readTopics(event.data)));
    source.addEventListener('error', () => {
      source.close();
      this.#waitAndRetry();
    });
  }

  #waitAndRetry(): void {
    if (session.signedOut) return;
    this.#failures += 1;
    this.state = 'waiting';
    const delay = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (this.#failures - 1));
    this.#retry = setTimeout(() => this.#connect(), delay * (0.75 + Math.random() / 2));
  }
}

export const live = new Live();
