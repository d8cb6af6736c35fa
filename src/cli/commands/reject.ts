import { defineCommand } from '#cli/command.ts';

export const reject = defineCommand({
  arguments: [{ name: '<id...>', description: 'ids of approvals, as `ashford approvals` shows them' }],
  examples: [
    { line: 'ashford reject 0199a3f2-7c10-7b61-8a52-3f6d1c2b4a5e', does: 'say no to one action' },
    {
      line: 'ashford approvals --json | jq -r ".[].id" | xargs ashford reject',
      does: 'say no to everything that waits',
    },
  ],
  run: async (context, input) =>
    (await import('#cli/approval-views.ts')).answerCommand(context, input, 'reject'),
});
