/** In place of a time: nothing has to be made ready first. */
export const READY = 0;

/** News within this process, told after the commit that made it true. */
export interface Signals {
  /** A job waits: one that is ready (`READY`), or will be due at this time (milliseconds since 1970). */
  ready(dueMs: number): void;
  canceled(jobId: string): void;
  /** A schedule was added or changed. */
  scheduled(): void;
  onReady(fn: (dueMs: number) => void): () => void;
  onCanceled(fn: (jobId: string) => void): () => void;
  onScheduled(fn: () => void): () => void;
}

const listeners = <T>() => {
  const all = new Set<(value: T) => void>();
  return {
    tell: (value: T) => {
      for (const fn of all) fn(value);
    },
    add: (fn: (value: T) => void) => {
      all.add(fn);
      return () => {
        all.delete(fn);
      };
    },
  };
};

export const makeSignals = (): Signals => {
  const ready = listeners<number>();
  const canceled = listeners<string>();
  const scheduled = listeners<void>();
  return {
    ready: ready.tell,
    canceled: canceled.tell,
    scheduled: scheduled.tell,
    onReady: ready.add,
    onCanceled: canceled.add,
    onScheduled: scheduled.add,
  };
};
