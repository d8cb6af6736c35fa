import { type ChangeEvent, TOPICS, type Topic } from './api/types.ts';
import { session } from './session.svelte.ts';

const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 30_000;
/** Changes that come together are told together, soon after the first one. */
const GATHER_MS = 200;
/** A long import changes things all the time: between two tellings at least this much passes. */
const BETWEEN_MS = 2_000;

type Listener = () => void;

const readTopics = (data: string): Topic[] => {
  try {
    const event = JSON.parse(data) as Partial<ChangeEvent>;
    return (event.topics ?? []).filter((topic) => TOPICS.includes(topic));
  } catch {
    return [];
  }
};

/** The one connection to `/api/events`. Pages listen to topics; once it is there, everything counts as changed. */
class Live {
  state = $state<'off' | 'connecting' | 'on' | 'waiting'>('off');
  #listeners = new Map<Topic, Set<Listener>>();
  #changed = new Set<Topic>();
  #gather: ReturnType<typeof setTimeout> | undefined;
  #toldAt = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #source: EventSource | undefined;
  #failures = 0;

  start(): () => void {
    const wake = () => {
      if (this.state === 'waiting') this.#connect();
    };
    const look = () => {
      if (!document.hidden && this.#changed.size > 0) this.#tellIn(GATHER_MS);
    };
    window.addEventListener('online', wake);
    document.addEventListener('visibilitychange', look);
    this.#connect();
    return () => {
      window.removeEventListener('online', wake);
      document.removeEventListener('visibilitychange', look);
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
    this.#tellIn(GATHER_MS);
  }

  #fromServer(topics: readonly Topic[]): void {
    for (const topic of topics) this.#changed.add(topic);
    if (this.#gather === undefined) this.#tellIn(Math.max(GATHER_MS, this.#toldAt + BETWEEN_MS - Date.now()));
  }

  #tellIn(ms: number): void {
    clearTimeout(this.#gather);
    this.#gather = setTimeout(() => this.#tell(), ms);
  }

  /** A page that nobody sees asks nothing; it catches up when it is looked at again. */
  #tell(): void {
    this.#gather = undefined;
    if (document.hidden) return;
    this.#toldAt = Date.now();
    const told = new Set([...this.#changed].flatMap((topic) => [...(this.#listeners.get(topic) ?? [])]));
    this.#changed.clear();
    for (const listener of told) listener();
  }

  #connect(): void {
    clearTimeout(this.#retry);
    this.state = 'connecting';
    const source = new EventSource('/api/events');
    this.#source = source;
    source.addEventListener('open', () => {
      this.#failures = 0;
      this.state = 'on';
      // What happened before the connection was there was told to nobody, and pages may have asked before that.
      this.changed(TOPICS);
    });
    source.addEventListener('change', (event) => this.#fromServer(readTopics(event.data)));
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
