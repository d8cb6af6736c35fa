import type { Check } from './check.ts';
import { clockCheck } from './clock.ts';
import { dataFolder } from './data-folder.ts';
import { database } from './database.ts';
import { encryptionKey } from './encryption-key.ts';
import { schedules } from './schedules.ts';
import { server } from './server.ts';
import { signIns } from './sign-ins.ts';
import { webInterface } from './web-interface.ts';

/** Everything that the doctor looks at, in this order. */
export const CHECKS: readonly Check[] = [
  dataFolder,
  database,
  schedules,
  clockCheck,
  encryptionKey,
  signIns,
  server,
  webInterface,
];
