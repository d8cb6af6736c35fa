import type { Random } from '#std/random.ts';
import { between, oneOf, sometimes } from './chance.ts';
import type { Fleet, Post } from './fleet.ts';
import { plainKind, poisonKind, serialKind, stepsKind, triggerKind } from './kinds.ts';
import type { Ledger } from './ledger.ts';
import type { Plan } from './plan.ts';
import type { World } from './world.ts';

/** What the people and programs that use the queue were told, to be held against what is in it at the end. */
export interface Told {
  /** Numbers of jobs that were accepted. */
  accepted: Set<number>;
  /** Made in a transaction of the caller's, which also wrote a mark. */
  marked: Set<number>;
  /** May be gone: somebody discarded them. */
  discarded: Set<string>;
  /** Canceled for good. */
  canceled: Set<string>;
  /** How often somebody asked for a job to be run again. */
  retries: Map<string, number>;
  /** How many causes each accepted trigger stands for. */
  triggers: { key: string; cause: number }[];
}

export const nothingTold = (): Told => ({
  accepted: new Set(),
  marked: new Set(),
  discarded: new Set(),
  canceled: new Set(),
  retries: new Map(),
  triggers: [],
});

export interface Scene {
  world: World;
  fleet: Fleet;
  ledger: Ledger;
  told: Told;
  random: Random;
  plan: Plan;
}

const KEYS = ['a', 'b', 'c'] as const;
const TRIES = 3;
const WORKS = [plainKind, plainKind, serialKind, stepsKind] as const;

/** Asks until it is answered, a few times, on whichever machine is there. */
const insist = async (s: Scene, ask: (post: Post) => Promise<unknown>): Promise<boolean> => {
  for (let tries = 0; tries < TRIES; tries++) {
    const [first, ...more] = s.fleet.well;
    if (!first) return false;
    try {
      await ask(oneOf(s.random, [first, ...more]));
      return true;
    } catch {
      await s.world.sleep(between(s.random, 10, 3_000));
    }
  }
  return false;
};

/** One that is made in a transaction together with a mark: both are there afterwards, or neither. */
const enqueueMarked = async (s: Scene, n: number): Promise<void> => {
  const { random, told } = s;
  told.marked.add(n);
  const changesItsMind = sometimes(random, 0.3);
  const key = oneOf(random, KEYS);
  await insist(s, ({ db, queue }) =>
    db.write(async (tx) => {
      await tx.run('insert into sim_marks (n) values ($1)', [n]);
      await queue.enqueue(plainKind, { n, key }, { tx });
      if (changesItsMind) throw new Error('changed its mind');
    }),
  );
};

const enqueueKeyed = async (s: Scene, first: number, count: number): Promise<void> => {
  const { random, told } = s;
  const kind = oneOf(random, WORKS);
  const numbers = Array.from({ length: count }, (_, i) => first + i);
  const key = oneOf(random, KEYS);
  const delayMs = oneOf(random, [0, 0, 0, between(random, 0, 120_000)]);
  const ok = await insist(s, async ({ machine, queue }) => {
    const when = delayMs === 0 ? {} : { notBeforeMs: machine.ms() + delayMs };
    if (count > 1)
      await queue.enqueueMany(
        kind,
        numbers.map((n) => ({ n, key })),
        when,
      );
    else await queue.enqueue(kind, { n: first, key }, { ...when, idempotencyKey: `once-${first}` });
  });
  if (ok) for (const n of numbers) told.accepted.add(n);
};

const trigger = async (s: Scene, n: number): Promise<void> => {
  const key = oneOf(s.random, KEYS);
  const cause = (s.ledger.causes.get(key) ?? 0) + 1;
  s.ledger.causes.set(key, cause);
  if (await insist(s, ({ queue }) => queue.enqueue(triggerKind, { n, key }))) {
    s.told.triggers.push({ key, cause });
  }
};

/** Somebody wants something done. Returns how many numbers it used. */
export const enqueueSomething = (s: Scene, n: number): number => {
  const chance = s.random.next();
  const count = chance < 0.15 ? between(s.random, 2, 5) : 1;
  if (chance < 0.65) void enqueueKeyed(s, n, count);
  else if (chance < 0.8) void enqueueMarked(s, n);
  else if (chance < 0.97 || !s.plan.deaths) void trigger(s, n);
  else
    void insist(s, ({ queue }) =>
      queue.enqueue(poisonKind, { n, key: 'a' }, { idempotencyKey: `once-${n}` }),
    );
  return count;
};

/** An operator does something to some job. */
export const operate = async (s: Scene): Promise<void> => {
  const { random, told, ledger } = s;
  const [post] = s.fleet.well;
  if (!post) return;
  const jobs = (await post.queue.list({ limit: 200 }).catch(() => [])).filter(
    (j) => j.type !== 'sim.trigger',
  );
  const [first, ...more] = jobs;
  if (!first) return;
  const { id } = oneOf(random, [first, ...more]);
  const what = oneOf(random, ['cancel', 'retry', 'reschedule', 'discard'] as const);
  s.world.say(`operator: ${what}`);
  // Unless it is refused it may have been done, whatever the answer.
  if (what === 'discard') told.discarded.add(id);
  if (what === 'cancel') ledger.excuse(id);
  if (what === 'retry') {
    told.canceled.delete(id);
    told.retries.set(id, (told.retries.get(id) ?? 0) + 1);
  }
  const retries = told.retries.get(id);
  const done =
    what === 'reschedule'
      ? post.queue.reschedule(id, post.machine.ms() + between(random, -1_000, 60_000))
      : post.queue[what](id);
  await done.then(
    () => {
      // The answer may come after somebody else wanted it back.
      if (what === 'cancel' && told.retries.get(id) === retries) told.canceled.add(id);
    },
    () => {},
  );
  // It may have been on its way while somebody else canceled.
  if (what === 'retry') told.canceled.delete(id);
};
