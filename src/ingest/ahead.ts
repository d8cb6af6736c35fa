/** Work in two parts: what may begin early, and what is done in order. */
export interface Ahead<Step, Ready> {
  /** Steps that may be begun while an earlier one is finished. */
  depth: number;
  begin(step: Step): Promise<Ready>;
  finish(ready: Ready, step: Step): Promise<void>;
}

/**
 * Begins up to `depth` steps ahead and finishes them one by one, in their order: so that fetching, parsing and storing go
 * on at the same time. The first failure ends it; what was begun is waited for and left.
 */
export const workAhead = async <Step, Ready>(
  steps: AsyncIterable<Step> | Iterable<Step>,
  o: Ahead<Step, Ready>,
): Promise<void> => {
  const begun: { step: Step; ready: Promise<Ready> }[] = [];
  const finishFirst = async (): Promise<void> => {
    const first = begun[0];
    if (!first) return;
    const ready = await first.ready;
    begun.shift();
    await o.finish(ready, first.step);
  };
  try {
    for await (const step of steps) {
      const ready = o.begin(step);
      // Awaited when its turn comes; a failure before that is not unhandled.
      ready.catch(() => {});
      begun.push({ step, ready });
      if (begun.length > o.depth) await finishFirst();
    }
    while (begun.length > 0) await finishFirst();
  } finally {
    await Promise.allSettled(begun.map((one) => one.ready));
  }
};
