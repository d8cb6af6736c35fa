import { expect, test } from 'vitest';
import { IMAP_FORGET_PAGE, IMAP_TOMBSTONE_MS } from '#config/limits-imap.ts';
import { ManualClock } from '#std/clock.ts';
import { idMaker } from '#std/ids.ts';
import { seededRandom } from '#std/random.ts';
import { toInstant } from '#std/time.ts';
import { onEveryDatabase } from '#test/kit/databases.ts';
import { addImapAccount, IMAP_OPTIONS } from '#test/kit/imap-account.ts';
import { lockMirror, readMirror } from './folder-store.ts';
import { forgetBuried } from './forget.ts';
import { changesAfter } from './history.ts';
import { buryMessage, insertMessages } from './message-store.ts';
import type { Mirror } from './mirror.ts';

const LOOK = async (): Promise<void> => {};

onEveryDatabase('Messages that are gone', (fresh) => {
  const start = async () => {
    const database = await fresh();
    const { db } = database;
    await addImapAccount(db, 'a1');
    const clock = new ManualClock(0);
    const newId = idMaker(clock, seededRandom(1));
    const mirror: Mirror = { db, clock, newId, accountId: 'a1', options: IMAP_OPTIONS, folderHints: {} };
    const arrive = async (count: number): Promise<string[]> => {
      const ids = Array.from({ length: count }, () => newId());
      await db.write(async (tx) => {
        await lockMirror(tx, 'a1');
        const rows = ids.map((id) => ({
          ...{ id, folderId: 'f1', uid: null, matchKey: id, messageId: null, kept: [] },
          ...{ internalDate: toInstant(0), sizeBytes: 1, state: { labels: [], flags: [] } },
        }));
        await insertMessages(tx, 'a1', rows);
      });
      return ids;
    };
    const bury = (ids: readonly string[]) =>
      db.write(async (tx) => {
        await lockMirror(tx, 'a1');
        for (const id of ids) await buryMessage(tx, 'a1', id);
      });
    const rows = async () =>
      Number((await db.all<{ n: number }>('select count(*) as n from imap_messages'))[0]?.n);
    const told = (cursor: string) => changesAfter(mirror, { cursor, limit: 10_000, look: LOOK });
    const now = async () => String((await readMirror(db, 'a1')).last);
    return { database, mirror, clock, arrive, bury, rows, told, now };
  };

  test('are told for a month at least, then forgotten, and who was told of them never notices', async () => {
    const { database, mirror, clock, arrive, bury, rows, told, now } = await start();
    await using _ = database;
    const [gone = '', kept = ''] = await arrive(2);
    const before = await now();
    await bury([gone]);
    const after = await now();
    await forgetBuried(mirror);
    clock.advance(IMAP_TOMBSTONE_MS - 1);
    await forgetBuried(mirror);
    expect(await told(before)).toMatchObject({ changes: [{ kind: 'gone', id: gone }] });
    clock.advance(1);
    await forgetBuried(mirror);
    expect(await rows()).toBe(1);
    expect(await told(after)).toMatchObject({ changes: [], cursor: after });
    expect(await told(before)).toEqual({ expired: true });
    await bury([kept]);
    expect(await told(after)).toMatchObject({ changes: [{ kind: 'gone', id: kept }] });
  });

  test('are forgotten some at a time, and those that went later stay', async () => {
    const { database, mirror, clock, arrive, bury, rows, told, now } = await start();
    await using _ = database;
    await bury(await arrive(IMAP_FORGET_PAGE + 1));
    await forgetBuried(mirror);
    const ids = await arrive(1);
    const later = await now();
    await bury(ids);
    clock.advance(IMAP_TOMBSTONE_MS);
    await forgetBuried(mirror);
    expect(await rows()).toBe(2);
    await forgetBuried(mirror);
    expect(await rows()).toBe(1);
    await forgetBuried(mirror);
    expect(await told(later)).toMatchObject({ changes: [{ kind: 'gone', id: ids[0] }] });
  });

  test('where nothing is forgotten, no cursor ends', async () => {
    const { database, mirror, clock, arrive, told } = await start();
    await using _ = database;
    await forgetBuried(mirror);
    await arrive(3);
    for (let i = 0; i < 3; i++) {
      clock.advance(IMAP_TOMBSTONE_MS);
      await forgetBuried(mirror);
    }
    expect(await told('0')).toMatchObject({ changes: [{}, {}, {}] });
  });
});
