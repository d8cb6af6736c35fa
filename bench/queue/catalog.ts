import type { Subject } from './subject.ts';

/** Every queue that is measured, by the first part of its id: a process that measures one loads no other. */
const FILES: Readonly<Record<string, () => Promise<readonly Subject[]>>> = {
  ashford: async () => (await import('./ashford.ts')).ASHFORD,
  plainjob: async () => (await import('./plainjob.ts')).PLAINJOB,
  liteque: async () => (await import('./liteque.ts')).LITEQUE,
  bunqueue: async () => (await import('./bunqueue.ts')).BUNQUEUE,
  bullmq: async () => (await import('./bullmq.ts')).BULLMQ,
  'pg-boss': async () => (await import('./pg-boss.ts')).PG_BOSS,
  'graphile-worker': async () => (await import('./graphile-worker.ts')).GRAPHILE_WORKER,
};

export const allSubjects = async (): Promise<Subject[]> => {
  const lists = await Promise.all(Object.values(FILES).map((load) => load()));
  return lists.flat();
};

/** What is no queue, and stands beside them only in the profile. */
const BARE = { bare: async () => (await import('./bare.ts')).BARE };

export const subjectOf = async (id: string): Promise<Subject> => {
  for (const [first, load] of Object.entries({ ...FILES, ...BARE })) {
    const found = id.startsWith(first) && (await load()).find((one) => one.id === id);
    if (found) return found;
  }
  throw new Error(`There is no subject ${id}`);
};
