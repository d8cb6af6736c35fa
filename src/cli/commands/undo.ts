import { defineCommand } from '#cli/command.ts';

export const undo = defineCommand({
  description:
    'Takes back what was done: the actions named by their ids, or all that the options choose together. It first shows what it would do and what cannot be undone, then asks. Undoing restores only what the action changed; what you have changed since is left alone.',
  arguments: [{ name: '[id...]', description: 'ids of actions' }],
  options: [
    { flags: '--rule <rule>', description: 'all by this rule: its id or name' },
    { flags: '--account <account>', description: 'all on this account: its id or address' },
    { flags: '--decision <id>', description: 'all of this decision' },
    { flags: '--since <time>', description: 'all done since then, such as "5 pm" or "2 hours ago"' },
    { flags: '--until <time>', description: 'and before then' },
    { flags: '-y, --yes', description: 'do not ask' },
    { flags: '--dry-run', description: 'only show what would be undone' },
  ],
  examples: [
    { line: 'ashford undo 0199a3f2-7c10-7b61-8a52-3f6d1c2b4a5e', does: 'take back one action' },
    { line: 'ashford undo --since "5 pm"', does: 'take back everything since five in the afternoon' },
    {
      line: 'ashford undo --rule Newsletters --since yesterday --yes',
      does: 'take back what one rule did since yesterday, without asking',
    },
  ],
  run: async (context, input) => (await import('#cli/undo-many.ts')).undoCommand(context, input),
});
