/** The fake's own time: real time, or a source of the test's, moved by an offset. */
export interface FakeClock {
  /** Milliseconds since 1970. */
  ms(): number;
  iso(): string;
  /** Sets how far this clock is from its source. */
  setOffset(ms: number): void;
  /** Moves this clock on by `ms` beyond its source. */
  advance(ms: number): void;
  /** Calls `listener` whenever the clock is moved by hand. Returns a function that ends it. */
  onMove(listener: () => void): () => void;
}

export const fakeClock = (source: () => number = () => Date.now()): FakeClock => {
  let offset = 0;
  const listeners = new Set<() => void>();
  const moved = (to: number): void => {
    offset = to;
    for (const listener of listeners) listener();
  };
  const ms = (): number => source() + offset;
  return {
    ms,
    iso: () => new Date(ms()).toISOString(),
    setOffset: moved,
    advance: (by) => moved(offset + by),
    onMove: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};
