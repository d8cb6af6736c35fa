import { defineCommand } from '#cli/command.ts';
import { APPROVAL_STATES } from '#db/enums.ts';

export const approvals = defineCommand({
  description: 'Shows what waits for a yes or a no. Answer with `ashford approve` and `ashford reject`.',
  options: [
    { flags: '--state <state>', description: 'others than those that wait', choices: APPROVAL_STATES },
    { flags: '--before <id>', description: 'those before this approval: the next page' },
    { flags: '--limit <n>', description: 'at most so many (50 when left out)' },
  ],
  examples: [
    { line: 'ashford approvals', does: 'show what waits' },
    { line: 'ashford approvals --state rejected --json', does: 'list what was rejected for a script' },
  ],
  run: async (context, input) =>
    (await import('#cli/approval-views.ts')).listApprovalsCommand(context, input),
});
