import type { Db } from '#db/db.ts';
import type { Clock } from '#std/clock.ts';
import type { NewId } from '#std/ids.ts';
import type { Random } from '#std/random.ts';
import type { TokenHash } from './secret-token.ts';

/** What this room needs of the outside. */
export interface AccessPorts {
  db: Db;
  clock: Clock;
  random: Random;
  newId: NewId;
  tokenHash: TokenHash;
  lifetimes: {
    /** Milliseconds that a sign-in link can be used, once. */
    linkMs: number;
    /** Milliseconds after which a session must sign in again. */
    sessionMs: number;
  };
}
