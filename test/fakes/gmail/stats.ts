/** What callers asked for and were told, in numbers. */
export interface MethodStats {
  calls: number;
  /** HTTP status → how often. */
  statuses: Record<string, number>;
}

/** Counts calls; holds nothing of their content. */
export class Stats {
  readonly #methods = new Map<string, MethodStats>();

  count(method: string, status: number): void {
    const of = this.#methods.get(method) ?? { calls: 0, statuses: {} };
    of.calls++;
    of.statuses[status] = (of.statuses[status] ?? 0) + 1;
    this.#methods.set(method, of);
  }

  /** Calls of one method, or of all. */
  calls(method?: string): number {
    if (method !== undefined) return this.#methods.get(method)?.calls ?? 0;
    return [...this.#methods.values()].reduce((sum, one) => sum + one.calls, 0);
  }

  /** How often that status was answered. */
  answered(status: number, method?: string): number {
    const of = method === undefined ? [...this.#methods.values()] : [this.#methods.get(method)];
    return of.reduce((sum, one) => sum + (one?.statuses[status] ?? 0), 0);
  }

  byMethod(): Record<string, MethodStats> {
    return Object.fromEntries([...this.#methods].sort(([a], [b]) => a.localeCompare(b)));
  }

  clear(): void {
    this.#methods.clear();
  }
}
