import { AppError } from '#std/errors.ts';
import { toMs } from '#std/time.ts';
import type { Attempt } from './attempt.ts';
import { errorText } from './outcome.ts';
import type { AttemptEnding, QueueHooks, QueueLog } from './ports.ts';

const endingName = <App>(attempt: Attempt<App>, lost: boolean): AttemptEnding => {
  const { ending, cause } = attempt;
  if (lost || !ending) return cause === 'canceled' ? 'canceled' : 'lost';
  switch (ending.to) {
    case 'completed':
      return 'completed';
    case 'canceled':
      return 'canceled';
    case 'failed':
      return ending.kind === 'fatal' ? 'failed' : 'exhausted';
    case 'queued':
      if (ending.counted) return 'retried';
      return cause === 'stopping' ? 'released' : 'snoozed';
  }
};

/** Says how an attempt ended, once that is committed: one log line, one event. Returns the ending's name. */
export const reportEnd = <App>(
  attempt: Attempt<App>,
  lost: boolean,
  to: { log: QueueLog; hooks: QueueHooks },
): AttemptEnding => {
  const { job, error } = attempt;
  const ending = endingName(attempt, lost);
  const runMs = attempt.endedMs - attempt.startedMs;
  const waitMs = Math.max(0, attempt.startedMs - toMs(job.notBefore));
  const line = {
    ...attempt.notes,
    job: job.id,
    type: job.type,
    attempt: job.attempt,
    ending,
    run_ms: runMs,
    wait_ms: waitMs,
    error: error === undefined ? undefined : errorText(error),
  };
  if (ending === 'failed' || ending === 'exhausted') to.log.error(line, 'job');
  else if (ending === 'retried' || ending === 'lost') to.log.warn(line, 'job');
  else to.log.info(line, 'job');
  to.hooks.onEnded?.({ job, ending, waitMs, runMs, error });
  if (ending === 'snoozed' && error instanceof AppError && error.kind === 'needs-user') {
    to.hooks.onNeedsUser?.(job, error);
  }
  return ending;
};
