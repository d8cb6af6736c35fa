import { defineCommand } from '#cli/command.ts';

export const demo = defineCommand({
  description:
    'Starts Ashford on a made-up mailbox with rules that make sense of it. It needs no account, no key and no network. Its data is in a fresh folder that is removed when it ends, unless --data-dir names one to keep.',
  options: [
    { flags: '--once', description: 'sort the mailbox, print where everything stands, and end' },
    { flags: '--port <n>', description: 'port to listen on; a free one when 17800 is taken' },
  ],
  examples: [
    { line: 'ashford demo', does: 'look around in the web interface' },
    { line: 'ashford demo --once --json', does: 'sort the mailbox and print the counts, for a script' },
    { line: 'ashford demo --data-dir ./demo-data', does: 'keep the data' },
  ],
  run: async (context, input) => (await import('#cli/demonstrate.ts')).demoCommand(context, input),
});
