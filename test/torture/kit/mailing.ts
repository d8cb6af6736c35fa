import type { TrialRun } from '#test/torture/trial.ts';
import { type GmailWorld, letter } from './gmail-world.ts';

/** A letter that came in, and when the program had dealt with it. */
export interface Posted {
  id: string;
  atMs: number;
}

/** Puts letters into a mailbox at a steady pace. */
export const postLetters = async (
  t: TrialRun,
  gmail: GmailWorld,
  o: { to: string; name: string; everyMs: number; letters: number },
): Promise<Posted[]> => {
  const posted: Posted[] = [];
  const began = Date.now();
  for (let n = 0; n < o.letters; n++) {
    t.signal.throwIfAborted();
    const wait = began + n * o.everyMs - Date.now();
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    const atMs = Date.now();
    posted.push({ id: await gmail.deliver(o.to, letter(o.to, `${o.name}-${n}`)), atMs });
  }
  return posted;
};

/** When each letter was first taken out of the inbox. */
export const archivedAt = async (gmail: GmailWorld): Promise<Map<string, number>> => {
  const times = new Map<string, number>();
  for (const { messageId, removed, at } of await gmail.effects('labels')) {
    if (messageId !== undefined && removed?.includes('INBOX') && !times.has(messageId))
      times.set(messageId, Date.parse(at));
  }
  return times;
};

/** Milliseconds from a letter's coming to its archiving, in order; one that is not done counts as endless. */
export const latencies = (posted: readonly Posted[], done: ReadonlyMap<string, number>): number[] =>
  posted.map(({ id, atMs }) => (done.get(id) ?? Number.POSITIVE_INFINITY) - atMs).sort((a, b) => a - b);

export const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;
