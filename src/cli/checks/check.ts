import type { LoadedConfig } from '#config/load.ts';
import type { Clock } from '#std/clock.ts';

/** What one check found. */
export interface Finding {
  name: string;
  state: 'ok' | 'warn' | 'fail';
  /** One sentence, or a few lines. */
  says: string;
  /** What to do about it. */
  cure?: string;
}

export interface Examined extends LoadedConfig {
  clock: Clock;
}

/** One thing that the doctor looks at. It changes nothing. */
export interface Check {
  name: string;
  /** One finding or more; whatever it throws is a failure. */
  examine(o: Examined): Promise<Omit<Finding, 'name'>[]>;
}
