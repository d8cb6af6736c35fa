import type { Status } from '#ingest/status.ts';
import type { RunningInstance } from './run-file.ts';
import { pairs } from './table.ts';
import { count } from './text.ts';

const WORDS: Readonly<Record<string, string>> = { approved_pending: 'waiting for approval' };

const byState = (
  counts: Readonly<Record<string, number | undefined>>,
  more: readonly string[] = [],
): string =>
  Object.entries(counts)
    .filter(([, n]) => n)
    .map(([state, n]) => `${count(n ?? 0)}${more.includes(state) ? '+' : ''} ${WORDS[state] ?? state}`)
    .join(', ') || 'none';

/** Where everything stands, for a person. */
export const statusText = (status: Status, running?: RunningInstance): string => {
  const { received, decided, waiting, unexplained } = status.ledger;
  const lost = unexplained > 0 ? `, ${count(unexplained)} unexplained: please report this` : '';
  return pairs([
    ['server', running ? `runs at ${running.url}` : 'does not run'],
    ['messages', `${count(status.messages)} in the mailboxes`],
    ['received', `${count(received)}: ${count(decided)} decided, ${count(waiting)} waiting${lost}`],
    ['actions', byState(status.actions)],
    ['jobs', byState(status.jobs, status.moreJobs)],
  ]);
};
