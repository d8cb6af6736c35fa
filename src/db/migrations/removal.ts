/** What a deleted row's children are found by: without these, removing an account would read whole tables for each message. */
export const removalIndexes = (): string[] => [
  'create index actions_decision on actions (decision_id) where decision_id is not null',
  'create index approvals_action on approvals (action_id)',
  'create index digest_items_message on digest_items (message_id) where message_id is not null',
];
