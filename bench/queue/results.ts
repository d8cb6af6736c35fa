import { median } from '../figure.ts';
import type { Run } from './measure.ts';
import { NOISY } from './noise.ts';
import type { Subject } from './subject.ts';

export type Value = 'rate' | 'p50' | 'p99' | 'cpu' | 'rss';

/** All runs, by subject and measurement. */
export class Results {
  readonly subjects: readonly Subject[];
  readonly #runs = new Map<string, Run[]>();

  constructor(subjects: readonly Subject[]) {
    this.subjects = subjects;
  }

  add(subject: string, measurement: string, run: Run): void {
    const key = `${subject} ${measurement}`;
    this.#runs.set(key, [...(this.#runs.get(key) ?? []), run]);
  }

  all(): Run[] {
    return [...this.#runs.values()].flat();
  }

  /** Those that count: the ones that were not disturbed, when there are two. */
  runs(subject: string, measurement: string): Run[] {
    const runs = (this.#runs.get(`${subject} ${measurement}`) ?? []).filter((r) => r.error === undefined);
    const quiet = runs.filter((r) => r.others <= NOISY);
    return quiet.length >= 2 ? quiet : runs;
  }

  /** null where it was not measured. */
  median(subject: string, measurement: string, value: Value): number | null {
    const values = this.runs(subject, measurement).flatMap((r) => r[value] ?? []);
    return values.length === 0 ? null : median(values);
  }

  total(subject: string, value: 'problems' | 'twice'): number {
    let sum = 0;
    for (const [key, runs] of this.#runs) {
      if (key.startsWith(`${subject} `)) for (const run of runs) sum += run[value] ?? 0;
    }
    return sum;
  }
}
