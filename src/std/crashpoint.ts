let onPass: ((name: string) => void) | undefined;

/**
 * A place where the program may be killed to see what survives. Costs one test of a variable unless somebody watches.
 * Names are written out where they are passed, so that a test can read them from the source.
 */
export const crashpoint = (name: string): void => {
  if (onPass) onPass(name);
};

/** From now on `fn` is told of every pass; undefined ends it. */
export const watchCrashpoints = (fn: ((name: string) => void) | undefined): void => {
  onPass = fn;
};

/** Kills this process as nothing else can be: no handler runs, nothing is written any more. */
export const die = (): void => {
  process.kill(process.pid, 'SIGKILL');
};

/**
 * Dies at a crash point: `name:n` at its n-th pass, `name` at the first. Undefined or empty text arms nothing.
 * Throws when the text says neither.
 */
export const armCrash = (text: string | undefined): void => {
  if (!text) return;
  const [name = '', count = '1'] = text.split(':');
  let left = Number(count);
  if (name === '' || !Number.isInteger(left) || left < 1) throw new Error(`CRASH_AT is name:n, not ${text}`);
  watchCrashpoints((passed) => {
    if (passed === name && --left === 0) die();
  });
};
