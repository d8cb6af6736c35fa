/** What may have changed, coarse enough that a page knows what to read again. */
export const TOPICS = ['actions', 'approvals', 'messages', 'rules', 'jobs', 'accounts', 'digests'] as const;
export type Topic = (typeof TOPICS)[number];

/** Tells open pages of this process that something changed. Only hints: whoever listens reads the truth from the database. */
export interface Live {
  tell(...topics: Topic[]): void;
  /** Returns a function that stops it. */
  listen(fn: (topics: readonly Topic[]) => void): () => void;
}

export const makeLive = (): Live => {
  const listeners = new Set<(topics: readonly Topic[]) => void>();
  return {
    tell: (...topics) => {
      for (const fn of listeners) fn(topics);
    },
    listen: (fn) => {
      listeners.add(fn);
      return () => listeners.delete(fn);
    },
  };
};
