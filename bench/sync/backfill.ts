import type { BenchContext } from '../figure.ts';
import { makeBed, USER } from './bed.ts';
import { pause } from './pause.ts';
import { SOME_RULES } from './rules.ts';

const DAY_MS = 86_400_000;
/** By Google's list of 2026, and the part of it that Ashford takes. */
const GRANTED = 6_000;
const SHARE = 0.75;
const AIM = 0.9;
/** Seconds until the backfill is in its stride. */
const WARM_MS = 10_000;

/** How much of the quota a backfill uses at the real prices, and whether Gmail ever has to refuse. */
export const backfillShare = async ({ quick, say, figure }: BenchContext): Promise<void> => {
  const windowMs = quick ? 60_000 : 180_000;
  await using bed = await makeBed({
    gmail: { fill: [{ email: USER, messages: 20_000, spanMs: 20 * DAY_MS }] },
    rules: SOME_RULES,
  });
  await bed.connect();
  await pause(WARM_MS);
  const units = async () => (await bed.gmail.stats()).units[USER]?.total ?? 0;
  const from = await units();
  const began = performance.now();
  await pause(windowMs);
  const minutes = (performance.now() - began) / 60_000;
  const used = (await units()) - from;
  const { methods, units: of } = await bed.gmail.stats();
  const refused = Object.values(methods).reduce(
    (sum, one) => sum + (one.statuses[429] ?? 0) + (one.statuses[403] ?? 0),
    0,
  );
  const { messages } = await bed.account();
  say(
    `backfill: ${messages} messages and ${methods['messages.modify']?.calls ?? 0} changes in ${minutes.toFixed(1)} min + 10 s`,
  );
  const ratio = used / minutes / (GRANTED * SHARE);
  figure({
    name: 'backfill, units a minute',
    ours: used / minutes,
    peer: GRANTED * SHARE,
    peerName: `allowed: ${SHARE * 100} % of what Google grants`,
    ratio,
    unit: 'units',
    aim: `${AIM} of what is allowed`,
    met: ratio >= AIM,
  });
  figure({
    name: 'backfill, answers 429 or 403',
    ours: refused + (of[USER]?.refused ?? 0),
    peer: null,
    peerName: 'aim: 0',
    ratio: null,
    unit: '',
    aim: '0',
    met: refused === 0,
  });
};
