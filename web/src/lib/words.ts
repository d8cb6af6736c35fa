import type { AccountStatus, Provider } from './api/account-types.ts';
import type { FailureKind, JobState } from './api/job-types.ts';
import type { ActionStatus, ApprovalState, DecisionSource } from './api/types.ts';
import { humanize } from './format.ts';

/** How a state looks: the word is always shown, the tone only supports it. */
export type Tone = 'plain' | 'good' | 'warn' | 'bad';
export interface Word {
  text: string;
  tone: Tone;
}

export const actionWord: Record<ActionStatus, Word> = {
  queued: { text: 'Queued', tone: 'plain' },
  approved_pending: { text: 'Waits for approval', tone: 'warn' },
  executing: { text: 'Being done', tone: 'plain' },
  completed: { text: 'Done', tone: 'good' },
  failed: { text: 'Failed', tone: 'bad' },
  canceled: { text: 'Canceled', tone: 'plain' },
  rejected: { text: 'Rejected', tone: 'plain' },
};

export const approvalWord: Record<ApprovalState, Word> = {
  pending: { text: 'Waiting', tone: 'warn' },
  approved: { text: 'Approved', tone: 'good' },
  rejected: { text: 'Rejected', tone: 'plain' },
  expired: { text: 'Expired', tone: 'plain' },
  canceled: { text: 'Canceled', tone: 'plain' },
};

export const jobWord: Record<JobState, Word> = {
  queued: { text: 'Queued', tone: 'plain' },
  running: { text: 'Running', tone: 'good' },
  completed: { text: 'Completed', tone: 'plain' },
  failed: { text: 'Failed', tone: 'bad' },
  canceled: { text: 'Canceled', tone: 'plain' },
};

/** Why a job counts as failed for good. */
export const failureWord: Record<FailureKind, string> = {
  exhausted: 'its attempts ran out',
  fatal: 'a retry can’t help by itself',
};

export const accountWord: Record<AccountStatus, Word> = {
  active: { text: 'In sync', tone: 'good' },
  syncing: { text: 'Bringing in mail', tone: 'plain' },
  paused: { text: 'Paused', tone: 'warn' },
  needs_user: { text: 'Needs you', tone: 'warn' },
  error: { text: 'Error', tone: 'bad' },
  removing: { text: 'Being removed', tone: 'plain' },
  removed: { text: 'Removed', tone: 'plain' },
};

export const providerWord: Record<Provider, string> = {
  gmail: 'Gmail',
  imap: 'IMAP',
  local: 'Archive on this machine',
};

export const sourceWord: Record<DecisionSource, string> = {
  deterministic: 'A rule',
  llm: 'The model',
  learned: 'A learned pattern',
  manual: 'You',
};

const JOBS: Readonly<Record<string, string>> = {
  'access.prune-sessions': 'Delete sign-ins that are over',
  'account.remove': 'Remove an account',
  'action.abandoned': 'End actions whose job was given up',
  'action.apply': 'Carry out an action',
  'action.undo-many': 'Undo many actions',
  'action.unsnooze': 'Bring back a snoozed message',
  'approval.expire': 'Let an approval expire',
  backfill: 'Bring in older mail',
  classify: 'Decide on a message',
  'digest.compose': 'Make a digest',
  'digest.deliver': 'Deliver a digest',
  import: 'Import an archive',
  'ingest.message': 'Take in a message that could not be had',
  'labels.sync': 'Compare the labels',
  'outbound.send': 'Send a mail',
  'queue.prune': 'Delete jobs that ended long ago',
  reconcile: 'Compare with the whole mailbox',
  sync: 'Look for new mail',
  'sync.look': 'Look into every mailbox',
  'token.look': 'Look for sign-ins that end soon',
  'token.refresh': 'Renew a sign-in',
  'watch.renew': 'Keep being told of new mail',
};

/** Every type of job that this app has words for. */
export const JOB_TYPES: readonly string[] = Object.keys(JOBS);

/** What a job does, in words; its type for one that this app doesn't know. */
export const jobName = (type: string): string => JOBS[type] ?? humanize(type);
