import { letter } from '#test/torture/kit/gmail-world.ts';
import { archivedAt, latencies, type Posted, quantile } from '#test/torture/kit/mailing.ts';
import type { BenchContext } from '../figure.ts';
import { makeBed, USER } from './bed.ts';
import { pause } from './pause.ts';
import { ARCHIVE_LETTERS } from './rules.ts';

const AIM_MS = 300;
const WARM = 20;
const LOOK_MS = 5;
const MOST_MS = 30_000;

/** Milliseconds from a letter's arrival at Gmail, which pushes, until it has left the inbox there. */
export const pushed = async ({ quick, say, figure }: BenchContext): Promise<void> => {
  const samples = quick ? 100 : 300;
  await using bed = await makeBed({
    gmail: { push: true, behaviour: { quota: false } },
    settings: { 'gmail.units_per_minute': 1_000_000_000 },
    rules: ARCHIVE_LETTERS,
  });
  await bed.connect();
  const { gmail } = bed;
  while (!((await gmail.stats()).methods.watch?.calls && (await bed.account()).backfilled)) await pause(50);
  const posted: Posted[] = [];
  for (let n = 0; n < WARM + samples; n++) {
    const atMs = Date.now();
    posted.push({ id: await gmail.deliver(USER, letter(USER, `${n}`)), atMs });
    const modified = () => gmail.stats().then(({ methods }) => methods['messages.modify']?.calls ?? 0);
    while ((await modified()) <= n && Date.now() - atMs < MOST_MS) await pause(LOOK_MS);
    // So that each finds the program at rest, at another moment of whatever it does in turn.
    await pause(50 + (n % 7) * 20);
  }
  const found = latencies(posted.slice(WARM), await archivedAt(gmail));
  say(`push: ${samples} letters, p99 ${quantile(found, 0.99)} ms, worst ${found.at(-1)} ms`);
  for (const [name, q] of [
    ['p50', 0.5],
    ['p95', 0.95],
  ] as const) {
    const ours = quantile(found, q);
    figure({
      name: `change noticed to action done, ${name}`,
      ours,
      peer: AIM_MS,
      peerName: 'the aim for p95',
      ratio: AIM_MS / ours,
      unit: 'ms',
      ...(q === 0.95 ? { aim: `${AIM_MS} ms`, met: ours < AIM_MS } : {}),
    });
  }
};
