/**
 * Which of the hour's limits an action counts against: only what was done by itself with mail that had just come in does,
 * so that the index holds little and counting an account's last hour reads no more than that hour.
 */
export const liveActions = (): string[] => [
  `alter table actions add column rate_kind text check (rate_kind in ('changes', 'trashes'))`,
  'create index actions_rate on actions (account_id, rate_kind, id) where rate_kind is not null',
];
