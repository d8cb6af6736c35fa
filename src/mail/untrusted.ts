import { inspect } from 'node:util';

const PLACEHOLDER = '[mail content]';

/**
 * A value that came from a mail or a model. It prints a placeholder wherever it is logged, thrown or serialised, so that
 * mail text can't leak by accident. `reveal()` only where text is matched, quoted into a prompt, sanitised, stored, or
 * shown to the owner.
 */
export class Untrusted<T> {
  readonly #value: T;

  constructor(value: T) {
    this.#value = value;
  }

  reveal(): T {
    return this.#value;
  }

  map<U>(fn: (value: T) => U): Untrusted<U> {
    return new Untrusted(fn(this.#value));
  }

  toString(): string {
    return PLACEHOLDER;
  }

  toJSON(): string {
    return PLACEHOLDER;
  }

  [inspect.custom](): string {
    return PLACEHOLDER;
  }
}
