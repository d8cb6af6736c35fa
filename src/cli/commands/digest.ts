import { defineCommand } from '#cli/command.ts';

const ID = '0199a3f2-7c10-7b61-8a52-3f6d1c2b4a5e';

export const digest = defineCommand({
  description:
    'Shows what came in since the last digest, what was done by itself and what waits. Digests come on a schedule (`ashford schedules`); each starts where the last one ended, so that every mail is told of once.',
  examples: [
    { line: 'ashford digest now', does: 'make a digest of all that came since the last one' },
    { line: 'ashford digest preview', does: 'see what it would say, and keep nothing' },
  ],
  commands: [
    {
      name: 'now',
      summary: 'Make a digest now, of all that came since the last one, or show that when nothing is new',
      examples: [
        { line: 'ashford digest now', does: 'read what is new' },
        { line: 'ashford digest now --json', does: 'hand it to a script' },
      ],
      run: async (context) => (await import('#cli/digest-views.ts')).digestNowCommand(context),
    },
    {
      name: 'preview',
      summary: 'Show what a digest made now would say, and keep nothing',
      examples: [{ line: 'ashford digest preview', does: 'look without counting anything as told' }],
      run: async (context) => (await import('#cli/digest-views.ts')).previewDigestCommand(context),
    },
    {
      name: 'list',
      summary: 'Show digests, newest first',
      options: [
        { flags: '--before <id>', description: 'those before this digest: the next page' },
        { flags: '--limit <n>', description: 'at most so many (50 when left out)' },
      ],
      examples: [{ line: 'ashford digest list --limit 7', does: 'show the last seven' }],
      run: async (context, input) =>
        (await import('#cli/digest-views.ts')).listDigestsCommand(context, input),
    },
    {
      name: 'show',
      summary: 'Show one digest',
      arguments: [{ name: '[id]', description: 'id of the digest; the newest one when left out' }],
      examples: [
        { line: 'ashford digest show', does: 'read the newest one again' },
        { line: `ashford digest show ${ID}`, does: 'read an earlier one' },
      ],
      run: async (context, input) => (await import('#cli/digest-views.ts')).showDigestCommand(context, input),
    },
  ],
});
