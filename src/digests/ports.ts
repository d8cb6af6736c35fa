import type { Db } from '#db/db.ts';
import type { Queue } from '#queue/queue.ts';
import type { Clock } from '#std/clock.ts';
import type { NewId } from '#std/ids.ts';

/** What making and delivering digests needs of the program. */
export interface DigestPorts {
  db: Db;
  clock: Clock;
  newId: NewId;
  queue: Queue;
  /** Where digests go: names of channels, as the settings have them. */
  digestChannels: readonly string[];
}
