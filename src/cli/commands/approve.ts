import { defineCommand } from '#cli/command.ts';

export const approve = defineCommand({
  arguments: [{ name: '<id...>', description: 'ids of approvals, as `ashford approvals` shows them' }],
  examples: [
    { line: 'ashford approve 0199a3f2-7c10-7b61-8a52-3f6d1c2b4a5e', does: 'say yes to one action' },
    {
      line: 'ashford approvals --json | jq -r ".[].id" | xargs ashford approve',
      does: 'say yes to everything that waits',
    },
  ],
  run: async (context, input) =>
    (await import('#cli/approval-views.ts')).answerCommand(context, input, 'approve'),
});
