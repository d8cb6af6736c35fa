/** By which the newest mail of one account is found among that of its owner's others. */
export const intakeIndexes = (): string[] => [
  'create index messages_account on messages (account_id, received_at)',
];
