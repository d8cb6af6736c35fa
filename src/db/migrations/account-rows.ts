/**
 * By which the rows of an account are found that is deleted at last; without these, all the rows of every other account
 * would be read, in one transaction. An index with a condition is of no use there.
 */
export const accountIndexes = (): string[] => [
  'drop index threads_provider_key',
  'create unique index threads_provider_key on threads (account_id, provider_thread_key)',
  'create index decisions_account on decisions (account_id)',
  'create index actions_account on actions (account_id)',
];

/** By which mail that is there is counted without reading it: all of it, less this. */
export const goneIndex = (): string[] => [
  'create index messages_gone on messages (user_id) where gone_at is not null',
];
