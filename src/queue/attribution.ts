import { AsyncLocalStorage } from 'node:async_hooks';

/** Something whose stray errors are its own business: an attempt at a job. */
export interface ErrorOwner {
  /** An error that nobody caught, thrown or rejected by something that the owner started. */
  stray(error: unknown): void;
}

const current = new AsyncLocalStorage<ErrorOwner>();

/** Runs `fn` such that whatever it starts, however deep, belongs to `owner`. */
export const runOwned = <T>(owner: ErrorOwner, fn: () => T): T => current.run(owner, fn);

let installed = 0;

const onRejection = (reason: unknown): void => {
  const owner = current.getStore();
  if (owner) owner.stray(reason);
  else if (process.listenerCount('unhandledRejection') === 1) throw reason;
};

const onException = (error: unknown): void => {
  const owner = current.getStore();
  if (owner) {
    owner.stray(error);
    return;
  }
  if (process.listenerCount('uncaughtException') > 1) return;
  // Nobody's error ends the process the way it would without us: with its stack, and a code that is not 0.
  process.off('uncaughtException', onException);
  setImmediate(() => {
    throw error;
  });
};

/**
 * From now on a rejection that nobody awaits, or a throw in a callback, fails the job that started it and not the process.
 * What belongs to no job ends the process as before. Returns a function that takes the guard away.
 */
export const guardProcess = (): (() => void) => {
  if (installed++ === 0) {
    process.on('unhandledRejection', onRejection);
    process.on('uncaughtException', onException);
  }
  let on = true;
  return () => {
    if (!on) return;
    on = false;
    if (--installed > 0) return;
    process.off('unhandledRejection', onRejection);
    process.off('uncaughtException', onException);
  };
};
