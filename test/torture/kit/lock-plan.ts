interface Milliseconds {
  from: number;
  to: number;
}

/** How another program holds the write lock of a database. */
export interface LockPlan {
  url: string;
  /** A libSQL server rather than a file. */
  remote: boolean;
  seed: number;
  holdMs: Milliseconds;
  gapMs: Milliseconds;
}

/** When it held the lock, by the clock of the machine. */
export interface Hold {
  from: number;
  to: number;
}
