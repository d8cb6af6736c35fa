import { processesTrial } from './q01-processes.ts';
import { frameTrial } from './r00-frame.ts';
import { killLoopTrial } from './r01-kill-loop.ts';
import { crashPointsTrial } from './r02-crash-points.ts';
import { ingestKillsTrial } from './r03-ingest-kills.ts';
import { unknownResultsTrial } from './r04-unknown-results.ts';
import { twoInstancesTrial } from './r05-two-instances.ts';
import { busyTrial } from './r06-busy.ts';
import { diskFullTrial } from './r07-disk-full.ts';
import { postgresTrial } from './r09-postgres.ts';
import { throttlingTrial } from './r11-throttling.ts';
import { brokenAnswersTrial } from './r12-broken-answers.ts';
import { notificationsTrial } from './r13-notifications.ts';
import { gapsTrial } from './r14-gaps.ts';
import { reauthorizeTrial } from './r15-reauthorize.ts';
import { imapTrial } from './r16-imap.ts';
import { clockTrial } from './r17-clock.ts';
import { zonesTrial } from './r18-zones.ts';
import { poisonTrial } from './r19-poison.ts';
import { signalsTrial } from './r21-signals.ts';
import { dayOffTrial } from './r22-day-off.ts';
import { restoreTrial } from './r24-restore.ts';
import { migrationsTrial } from './r25-migrations.ts';
import { modelsTrial } from './r26-models.ts';
import { restartsTrial } from './r29-restarts.ts';
import { simulationTrial } from './simulation.ts';
import type { Trial } from './trial.ts';

/** Every trial, in the order in which they run. */
export const TRIALS: readonly Trial[] = [
  frameTrial,
  killLoopTrial,
  crashPointsTrial,
  ingestKillsTrial,
  unknownResultsTrial,
  twoInstancesTrial,
  busyTrial,
  poisonTrial,
  signalsTrial,
  restartsTrial,
  postgresTrial,
  processesTrial,
  restoreTrial,
  migrationsTrial,
  simulationTrial,
  throttlingTrial,
  notificationsTrial,
  gapsTrial,
  brokenAnswersTrial,
  imapTrial,
  clockTrial,
  zonesTrial,
  reauthorizeTrial,
  dayOffTrial,
  modelsTrial,
  diskFullTrial,
];
