import { frameTrial } from './r00-frame.ts';
import type { Trial } from './trial.ts';

/** Every trial, in the order in which they run. */
export const TRIALS: readonly Trial[] = [frameTrial];
