import { type BenchContext, median } from '../figure.ts';
import { makeBed, USER } from './bed.ts';
import { pause } from './pause.ts';
import { SOME_RULES } from './rules.ts';

const DAY_MS = 86_400_000;
const AIM = 500;
const UNLIMITED = 1_000_000_000;
const LOOK_MS = 100;
const MOST_MS = 600_000;

/** Messages a second from the list to the last action, with the quota lifted on both sides. */
const round = async (messages: number, say: BenchContext['say']): Promise<number> => {
  await using bed = await makeBed({
    gmail: {
      behaviour: { quota: false },
      fill: [{ email: USER, messages, spanMs: 20 * DAY_MS }],
    },
    settings: { 'gmail.units_per_minute': UNLIMITED },
    rules: SOME_RULES,
  });
  await pause(3_000);
  const cpu = bed.cpu();
  const began = performance.now();
  await bed.connect();
  let at = await bed.account();
  while (!(at.backfilled && at.jobs === 0 && at.messages >= messages)) {
    if (performance.now() - began > MOST_MS) throw new Error(`not done: ${JSON.stringify(at)}`);
    await pause(LOOK_MS);
    at = await bed.account();
  }
  const seconds = (performance.now() - began) / 1_000;
  const used = bed.cpu();
  say(
    `${at.messages} messages, ${at.actions} actions in ${seconds.toFixed(1)} s; processor: program ` +
      `${(used.program - cpu.program).toFixed(1)} s, stand-in ${(used.gmail - cpu.gmail).toFixed(1)} s`,
  );
  return messages / seconds;
};

export const lifted = async ({ quick, say, figure }: BenchContext): Promise<void> => {
  const messages = quick ? 4_000 : 20_000;
  const rates: number[] = [];
  for (let n = 0; n < (quick ? 1 : 3); n++) rates.push(await round(messages, say));
  const ours = median(rates);
  figure({
    name: 'quota lifted: list, fetch, parse, store, decide, act',
    ours,
    peer: AIM,
    peerName: 'the aim; Gmail’s stand-in is on the same cores',
    ratio: ours / AIM,
    unit: 'messages/s',
    aim: `${AIM}`,
    met: ours >= AIM,
  });
};
