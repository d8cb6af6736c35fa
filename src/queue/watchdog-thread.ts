// The thread of `watchdog.ts`. It counts its own looks, not time: after a sleep of the machine both threads are behind.
import { writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';
import { die } from '#std/crashpoint.ts';
import { boardIn } from './watchdog-board.ts';

interface Orders {
  shared: SharedArrayBuffer;
  stillMs: number;
  lookMs: number;
}

const { shared, stillMs, lookMs } = workerData as Orders;
const board = boardIn(shared);
const STDERR = 2;

let seen = board.beats();
let still = 0;
while (!board.waitClosed(lookMs)) {
  const now = board.beats();
  still = now === seen ? still + lookMs : 0;
  seen = now;
  if (still < stillMs) continue;
  const jobs = board.jobs().join(', ') || 'none';
  writeSync(
    STDERR,
    `ashford: nothing has moved in this process for ${Math.round(stillMs / 1000)} s, so it ends itself. Jobs that were running: ${jobs}\n`,
  );
  die();
}
