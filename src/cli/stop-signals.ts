import type { Clock } from '#std/clock.ts';
import { INTERRUPTED } from './report.ts';

/** A launcher may pass on what the terminal sent already: signals as close as this are one. */
const SAME_MS = 100;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface StopSignals extends Disposable {
  /** Fires at the first signal. */
  readonly signal: AbortSignal;
  /** Resolves at the first signal. */
  readonly stopped: Promise<void>;
}

/** Listens for Ctrl-C and its like until it is disposed of. The first asks to stop; a second one ends the process at once. */
export const listenForStop = (
  clock: Clock,
  on: Pick<NodeJS.Process, 'on' | 'off'> & { exit(code: number): void } = process,
): StopSignals => {
  const controller = new AbortController();
  let firstMs: number | undefined;
  const onSignal = () => {
    const now = clock.ms();
    if (firstMs === undefined) {
      firstMs = now;
      controller.abort();
    } else if (now - firstMs >= SAME_MS) on.exit(INTERRUPTED);
  };
  for (const name of SIGNALS) on.on(name, onSignal);
  const stopped = new Promise<void>((resolve) => {
    controller.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  return {
    signal: controller.signal,
    stopped,
    [Symbol.dispose]: () => {
      for (const name of SIGNALS) on.off(name, onSignal);
    },
  };
};
