import type { Db } from '#db/db.ts';
import { ManualClock } from '#std/clock.ts';
import { idMaker } from '#std/ids.ts';
import { seededRandom } from '#std/random.ts';
import type { AccessPorts } from './ports.ts';
import { tokenHashWith } from './secret-token.ts';

/** Ports of this room with a clock that stands still: links last a minute, sessions an hour. */
export const accessPorts = (db: Db, seed = 1): AccessPorts & { clock: ManualClock } => {
  const clock = new ManualClock();
  const random = seededRandom(seed);
  return {
    db,
    clock,
    random,
    newId: idMaker(clock, random),
    tokenHash: tokenHashWith('server secret'),
    lifetimes: { linkMs: 60_000, sessionMs: 3_600_000 },
  };
};

export const ANN = { email: 'Ann@mail.example', displayName: 'Ann', timeZone: 'Europe/Berlin' };
export const BOB = { email: 'bob@mail.example', displayName: 'Bob', timeZone: 'UTC' };
