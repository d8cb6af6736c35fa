import type { TrialDatabase, TrialRun } from '#test/torture/trial.ts';

/** Milliseconds between two looks, and without a write after which a server counts as stuck. */
const LOOK_MS = 1_000;
const STUCK_MS = 10_000;
/** Milliseconds in which a server that is only busy answers a question. */
const READ_MS = 5_000;

const ask = async (url: string, sql: string[], signal?: AbortSignal): Promise<boolean> => {
  const requests = [...sql.map((text) => ({ type: 'execute', stmt: { sql: text } })), { type: 'close' }];
  try {
    const answer = await fetch(`${url.replace(/^ws/, 'http')}/v2/pipeline`, {
      method: 'POST',
      body: JSON.stringify({ requests }),
      ...(signal ? { signal } : {}),
    });
    const { results } = (await answer.json()) as { results: { type: string }[] };
    return results.every(({ type }) => type === 'ok');
  } catch {
    return false;
  }
};

/**
 * Plays the person who looks after a libSQL server. When several of its clients are killed, the server may lose its write
 * lock for good (see docs/operating.md): it answers questions, but nobody writes. Then it is started again, and everything
 * that was promised must hold all the same. Returns how often that was done; undefined on other databases.
 */
export const takeCare = (t: TrialRun, { url, restart }: TrialDatabase): (() => number) | undefined => {
  if (!restart) return undefined;
  let restarts = 0;
  let over = false;
  const look = async (): Promise<void> => {
    const began = performance.now();
    const late = () => over || performance.now() - began > STUCK_MS;
    let wrote = false;
    const write = async (): Promise<void> => {
      // Not given up while it waits for the lock: a client that goes away may be what makes the server stuck.
      wrote = await ask(url, ['begin immediate', 'rollback']);
      if (wrote || late()) return;
      await pause(LOOK_MS);
      await write();
    };
    void write();
    while (!wrote && !late()) await pause(LOOK_MS);
    if (wrote || over || !(await ask(url, ['select 1'], AbortSignal.timeout(READ_MS))) || over) return;
    restarts++;
    t.note('the libSQL server takes no more writes: it is started again');
    await restart();
  };
  const care = (async () => {
    while (!over) {
      await look();
      await pause(LOOK_MS);
    }
  })();
  t.onEnd(async () => {
    over = true;
    await care;
  });
  return () => restarts;
};

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
