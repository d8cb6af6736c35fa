/** Throws when `condition` is false. For what must be true whatever the input; not for checking input. */
export function invariant(condition: unknown, what: string): asserts condition {
  if (!condition) throw new Error(`Invariant broken: ${what}`);
}
