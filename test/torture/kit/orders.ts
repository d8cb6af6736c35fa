// What a child process of a trial calls to talk with the trial.

/** Says something to the trial. */
export const tell = (message: unknown): void => {
  process.send?.(message);
};

/** Calls `fn` with each order from the trial. A child whose trial is gone ends at once. */
export const onOrder = (fn: (order: unknown) => void): void => {
  process.on('message', fn);
  process.once('disconnect', () => process.exit(1));
};

/** Ends this process once nothing holds it any more. */
export const takeNoMoreOrders = (): void => {
  process.removeAllListeners('disconnect');
  process.removeAllListeners('message');
  process.disconnect?.();
};
