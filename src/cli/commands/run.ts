import { defineCommand } from '#cli/command.ts';
import { UsageError } from '#cli/usage-error.ts';

export const run = defineCommand({
  description:
    'Looks for new mail in every account, does all work that is due, and ends. For cron, and for machines where no server runs.',
  options: [{ flags: '--until-idle', description: 'end when no work is due' }],
  examples: [{ line: 'ashford run --until-idle', does: 'take in what is new, sort it, and end' }],
  run: async (context, { options }) => {
    if (!options.flag('untilIdle')) {
      throw new UsageError(
        'Nothing says when to end',
        'Add --until-idle, or use `ashford start` for a server that goes on.',
      );
    }
    return (await import('#cli/until-idle.ts')).runUntilIdle(context);
  },
});
