/** One measured number beside its peer's, from the same run. */
export interface Figure {
  name: string;
  ours: number;
  /** null: the peer is not installed; the reason stands in `peerName`. */
  peer: number | null;
  peerName: string;
  /** ours / peer; above 1 we are the faster. */
  ratio: number | null;
  unit: string;
  /** What was hoped for, in words, and whether it came true; where there is such an aim. */
  aim?: string;
  met?: boolean;
}

/** More than one number a row. */
export interface BenchTable {
  title: string;
  head: readonly string[];
  rows: readonly (readonly string[])[];
}

export interface BenchContext {
  /** Fewer rounds of less. */
  quick: boolean;
  /** Names of the parts to run; none: all. */
  only: readonly string[];
  /** Progress and settings, for people. */
  say(text: string): void;
  figure(f: Figure): void;
  /** Printed at the end, as Markdown; with `--json` left out. */
  table(t: BenchTable): void;
}

export type Bench = (context: BenchContext) => Promise<void>;

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const high = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? 0) + high) / 2;
};
