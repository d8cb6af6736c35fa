import { UsageError } from './usage-error.ts';

/** The options that a command was given, by their long names without the dashes: `until-idle` is `untilIdle`. */
export class Options {
  readonly #values: Readonly<Record<string, unknown>>;

  constructor(values: Readonly<Record<string, unknown>>) {
    this.#values = values;
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    return typeof value === 'string' ? value : undefined;
  }

  /** True for `--name`, false for `--no-name`, undefined for neither. */
  flag(name: string): boolean | undefined {
    const value = this.#values[name];
    return typeof value === 'boolean' ? value : undefined;
  }

  list(name: string): readonly string[] {
    const value = this.#values[name];
    return Array.isArray(value) ? value.map(String) : [];
  }

  /** Throws a usage error when it is no whole number in the range. */
  whole(name: string, range: { min: number; max: number }): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const value = Number(text);
    if (Number.isInteger(value) && value >= range.min && value <= range.max) return value;
    const dashed = name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    throw new UsageError(
      `--${dashed} ${JSON.stringify(text)} is not a whole number from ${range.min} to ${range.max}`,
    );
  }
}
