import { inspect } from 'node:util';

const PLACEHOLDER = '[secret]';

/** A token, key or password. It prints a placeholder wherever it is logged, thrown or serialised; `reveal()` only where it is used. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
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
