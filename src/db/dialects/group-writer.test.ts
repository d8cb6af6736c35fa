import { expect, test } from 'vitest';
import { DB_BUSY_LOOK_MS, DB_BUSY_MS } from '#config/limits.ts';
import { awayError } from '#db/errors.ts';
import { ManualClock } from '#std/clock.ts';
import { isAppError } from '#std/errors.ts';
import { seededRandom } from '#std/random.ts';
import { GroupWriter, type WriteSession } from './group-writer.ts';

const busy = () => Object.assign(new Error('database is locked'), { code: 'SQLITE_BUSY' });

/** A session that does nothing, but for what a test says. */
const session = (part: Partial<WriteSession> = {}): WriteSession & { open: boolean } => {
  const made: WriteSession & { open: boolean } = {
    open: false,
    begin: () => {
      made.open = true;
    },
    commit: () => {
      made.open = false;
    },
    rollback: () => {
      made.open = false;
    },
    inTransaction: () => made.open,
    execute: () => ({ rows: [], changes: 1 }),
    ...part,
  };
  return made;
};

const writerOver = (over: WriteSession) => {
  const clock = new ManualClock();
  return { clock, writer: new GroupWriter(over, { engine: 'remote', clock, random: seededRandom(1) }) };
};

/** Lets everything run that waits for nothing but other promises. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('a commit that the engine refused is run again with all that was in it', async () => {
  let refusals = 1;
  const over = session();
  over.commit = () => {
    if (refusals-- > 0) throw busy();
    over.open = false;
  };
  const { clock, writer } = writerOver(over);
  const runs = [0, 0];
  const writing = runs.map((_, n) =>
    writer.write(async () => {
      runs[n] = (runs[n] ?? 0) + 1;
      return n;
    }),
  );
  await settled();
  expect(runs).toEqual([1, 1]);
  clock.advance(2 * DB_BUSY_LOOK_MS);
  expect(await Promise.all(writing)).toEqual([0, 1]);
  expect(runs).toEqual([2, 2]);
});

test('work whose first statement meets a lock is run again, from its start', async () => {
  let refusals = 2;
  const over = session({
    execute: () => {
      if (refusals-- > 0) throw busy();
      return { rows: [], changes: 7 };
    },
  });
  const { clock, writer } = writerOver(over);
  let runs = 0;
  const writing = writer.write((tx) => {
    runs++;
    return tx.run('first');
  });
  for (let i = 0; i < 2; i++) {
    await settled();
    clock.advance(2 * DB_BUSY_LOOK_MS);
  }
  expect(await writing).toBe(7);
  expect(runs).toBe(3);
});

test('each gives up when it has waited long enough itself', async () => {
  let locked = true;
  const over = session({
    begin: () => {
      if (locked) throw busy();
      over.open = true;
    },
  });
  const { clock, writer } = writerOver(over);
  const early = writer.write((tx) => tx.run('early')).catch((e: unknown) => e);
  await settled();
  clock.advance(DB_BUSY_MS);
  await settled();
  const late = writer.write((tx) => tx.run('late'));
  clock.advance(2 * DB_BUSY_LOOK_MS);
  expect(await early).toSatisfy((e) => isAppError(e, 'db.busy'));
  locked = false;
  await settled();
  clock.advance(2 * DB_BUSY_LOOK_MS);
  expect(await late).toBe(1);
});

test('a rollback that fails does not keep later writes from working', async () => {
  const over = session({
    rollback: () => {
      over.open = false;
      throw new Error('disk I/O error');
    },
  });
  const { writer } = writerOver(over);
  const broken = writer.write(() => Promise.reject(new Error('no good')));
  await expect(broken).rejects.toThrow('no good');
  expect(await writer.write((tx) => tx.run('next'))).toBe(1);
});

test('what an error left open is closed before the next group begins', async () => {
  const over = session();
  const { writer } = writerOver(over);
  over.open = true;
  let closed = false;
  over.rollback = () => {
    closed = true;
    over.open = false;
  };
  expect(await writer.write((tx) => tx.run('next'))).toBe(1);
  expect(closed).toBe(true);
});

test('a server that is away for a moment costs nobody the write; one that never was there is told at once', async () => {
  let away = true;
  const over = session({
    begin: () => {
      if (away) throw awayError(new Error('fetch failed'));
      over.open = true;
    },
  });
  const { clock, writer } = writerOver(over);
  const tooEarly = writer.write((tx) => tx.run('x'));
  await expect(tooEarly).rejects.toSatisfy((e) => isAppError(e, 'db.away'));
  away = false;
  expect(await writer.write((tx) => tx.run('x'))).toBe(1);
  away = true;
  const patient = writer.write((tx) => tx.run('x'));
  await settled();
  away = false;
  clock.advance(2 * DB_BUSY_LOOK_MS);
  expect(await patient).toBe(1);
});

test('work that an error of its neighbour took with it is run again', async () => {
  const over = session({
    execute: (sql) => {
      if (sql === 'bad') {
        over.open = false;
        throw new Error('no space left');
      }
      return { rows: [], changes: 1 };
    },
  });
  const { writer } = writerOver(over);
  let runs = 0;
  const good = writer.write((tx) => {
    runs++;
    return tx.run('good');
  });
  const bad = writer.write((tx) => tx.run('bad'));
  await expect(bad).rejects.toThrow('no space left');
  expect(await good).toBe(1);
  expect(runs).toBe(2);
});

test.each([
  [true, 1],
  [false, 2],
])(
  'what several sockets bring at one moment shares a commit where that waits for the disk (%s)',
  async (gathers, expected) => {
    let commits = 0;
    const over = session({
      commit: () => {
        over.open = false;
        commits++;
      },
    });
    const ports = { engine: 'embedded', clock: new ManualClock(), random: seededRandom(1), gathers } as const;
    const writer = new GroupWriter(over, ports);
    // Two rounds of promises within one round of the event loop.
    const first = writer.write((tx) => tx.run('first'));
    const second = new Promise((resolve) => {
      process.nextTick(() => process.nextTick(() => resolve(writer.write((tx) => tx.run('second')))));
    });
    await Promise.all([first, second]);
    expect(commits).toBe(expected);
  },
);

/** What reaches the engine, in order. */
const recorded = (part: Partial<WriteSession> = {}) => {
  const seen: string[] = [];
  const over = session(part);
  const [begin, commit] = [over.begin, over.commit];
  over.begin = () => {
    seen.push('begin');
    return begin();
  };
  over.commit = () => {
    seen.push('commit');
    return commit();
  };
  over.execute = (sql) => {
    seen.push(sql);
    return { rows: [{ sql }], changes: 1 };
  };
  return { over, seen };
};

test('a single statement that nobody waits beside is its own transaction, and in a group it is one of several', async () => {
  const { over, seen } = recorded();
  const { writer } = writerOver(over);
  const afterCommit = () => seen.push('told');
  expect(await writer.single({ sql: 'alone', params: [], afterCommit })).toEqual([{ sql: 'alone' }]);
  expect(seen).toEqual(['alone', 'told']);
  seen.length = 0;
  const beside = writer.single({ sql: 'first', params: [], afterCommit });
  await Promise.all([beside, writer.write((tx) => tx.run('second'))]);
  const savepoint = ['savepoint work', 'second', 'release work'];
  expect(seen).toEqual(['begin', 'first', ...savepoint, 'commit', 'told']);
});

test('a single statement waits for a lock as others do; one that is wrong fails alone', async () => {
  let trouble: Error | undefined = busy();
  const over = session({
    execute: (sql) => {
      if (sql !== 'good' && trouble) throw trouble;
      return { rows: [], changes: 1 };
    },
  });
  const { clock, writer } = writerOver(over);
  const patient = writer.single({ sql: 'patient', params: [] });
  await settled();
  trouble = undefined;
  clock.advance(2 * DB_BUSY_LOOK_MS);
  expect(await patient).toEqual([]);
  trouble = new Error('no such table');
  const wrong = writer.single({ sql: 'wrong', params: [] }).catch((e: unknown) => e);
  const good = settled().then(() => writer.single({ sql: 'good', params: [] }));
  expect(await wrong).toMatchObject({ message: expect.stringContaining('no such table') });
  expect(await good).toEqual([]);
});

test('what may be lost in a power cut waits for no sync by itself, and for that of a group otherwise', async () => {
  const { over, seen } = recorded({
    executeLazily: (sql) => {
      seen.push(`${sql} lazily`);
      return { rows: [], changes: 1 };
    },
  });
  const { writer } = writerOver(over);
  await writer.single({ sql: 'claim', params: [], lazily: true });
  await Promise.all(['a', 'b'].map((sql) => writer.single({ sql, params: [], lazily: true })));
  const savepoint = ['savepoint work', 'b', 'release work'];
  expect(seen).toEqual(['claim lazily', 'begin', 'a', ...savepoint, 'commit']);
});
