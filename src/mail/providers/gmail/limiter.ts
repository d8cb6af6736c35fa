export type Limiter = <T>(work: () => Promise<T>) => Promise<T>;

/** Lets at most `width` works run at the same time; the others wait in turn. */
export const limiter = (width: number): Limiter => {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= width) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await work();
    } finally {
      // Who waits takes over the place, so that nobody slips in between.
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
};
