import type { Db } from '#db/db.ts';
import type { Clock } from '#std/clock.ts';
import type { NewId } from '#std/ids.ts';
import type { ImapOptions } from './options.ts';

/** The copy of one mailbox in our tables, and what keeping it needs. */
export interface Mirror {
  db: Db;
  clock: Clock;
  newId: NewId;
  accountId: string;
  options: ImapOptions;
  /** Paths of folders whose part the settings tell, as the library calls the parts. */
  folderHints: Record<string, string>;
}
