import { pruneSessionsJob } from '#access/prune-sessions.job.ts';
import { lookAtTokensJob, refreshTokenJob } from '#accounts/refresh.job.ts';
import { abandonedJob } from '#actions/abandoned.job.ts';
import { performJob } from '#actions/perform.job.ts';
import { sendJob } from '#actions/send.job.ts';
import { undoJob } from '#actions/undo.job.ts';
import { unsnoozeJob } from '#actions/unsnooze.job.ts';
import { expireJob } from '#approvals/expire.job.ts';
import { composeJob } from '#digests/compose.job.ts';
import { deliverJob } from '#digests/deliver.job.ts';
import { backfillJob } from '#ingest/backfill.job.ts';
import { importJob } from '#ingest/import.job.ts';
import { labelsJob } from '#ingest/labels.job.ts';
import { lookJob } from '#ingest/look.job.ts';
import { messageJob } from '#ingest/message.job.ts';
import { reconcileJob } from '#ingest/reconcile.job.ts';
import { removeJob } from '#ingest/remove.job.ts';
import { syncJob } from '#ingest/sync.job.ts';
import { renewWatchJob } from '#ingest/watch-renew.job.ts';
import type { JobKind } from '#queue/define.ts';
import { pruneJob } from '#queue/prune.job.ts';
import { classifyJob } from '#triage/classify.job.ts';
import type { App } from './app.ts';

/** Every kind of job that a worker of this program runs. */
export const JOBS: readonly JobKind<App>[] = [
  importJob,
  syncJob,
  backfillJob,
  reconcileJob,
  messageJob,
  labelsJob,
  renewWatchJob,
  removeJob,
  classifyJob,
  performJob,
  sendJob,
  undoJob,
  unsnoozeJob,
  expireJob,
  composeJob,
  deliverJob,
  lookJob,
  lookAtTokensJob,
  refreshTokenJob,
  abandonedJob,
  pruneJob,
  pruneSessionsJob,
];
