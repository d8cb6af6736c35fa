import { defineCommand } from '#cli/command.ts';
import { ACTION_STATUSES } from '#db/enums.ts';

export const actions = defineCommand({
  examples: [{ line: 'ashford actions list --since yesterday', does: 'show what was done since yesterday' }],
  commands: [
    {
      name: 'list',
      summary: 'Show actions, newest first',
      options: [
        { flags: '--status <status>', description: 'only those in this state', choices: ACTION_STATUSES },
        { flags: '--type <type>', description: 'only this kind, such as archive' },
        { flags: '--rule <rule>', description: 'only those of this rule: its id or name' },
        { flags: '--account <account>', description: 'only those of this account: its id or address' },
        { flags: '--message <id>', description: 'only those on this message' },
        { flags: '--since <time>', description: 'not older than this, such as "5 pm" or "2 days ago"' },
        { flags: '--until <time>', description: 'older than this' },
        { flags: '--before <id>', description: 'those before this action: the next page' },
        { flags: '--limit <n>', description: 'at most so many (50 when left out)' },
      ],
      examples: [
        {
          line: 'ashford actions list --rule Newsletters --since "5 pm"',
          does: 'show what one rule did since five',
        },
        { line: 'ashford actions list --status failed --json', does: 'list what failed for a script' },
      ],
      run: async (context, input) =>
        (await import('#cli/action-views.ts')).listActionsCommand(context, input),
    },
    {
      name: 'show',
      summary: 'Show one action: what, why, who approved, and whether it can be undone',
      arguments: [{ name: '<id>', description: 'id of the action' }],
      examples: [
        {
          line: 'ashford actions show 0199a3f2-7c10-7b61-8a52-3f6d1c2b4a5e',
          does: 'explain one action',
        },
      ],
      run: async (context, input) => (await import('#cli/action-views.ts')).showActionCommand(context, input),
    },
    {
      name: 'do',
      summary: 'Carry out an action on a message, such as a reply or a forward',
      arguments: [
        { name: '<message>', description: 'id of the message' },
        { name: '<type>', description: 'kind of action, such as archive, reply or forward' },
        {
          name: '[name=value...]',
          description: 'its parameters; a list is written as one name several times',
        },
      ],
      options: [{ flags: '-y, --yes', description: 'what cannot be undone needs no approval' }],
      examples: [
        {
          line: 'ashford actions do 0199a3f2-7c10-7b61-8a52-3f6d1c2b4a5e reply "text=Yes, gladly." --yes',
          does: 'answer a mail',
        },
        {
          line: 'ashford actions do 0199a3f2-7c10-7b61-8a52-3f6d1c2b4a5e forward to=books@example.com',
          does: 'ask for an approval to send a mail on',
        },
      ],
      run: async (context, input) => (await import('#cli/send-views.ts')).doActionCommand(context, input),
    },
    {
      name: 'unsure',
      summary: 'Show mails that may or may not have gone out',
      examples: [{ line: 'ashford actions unsure', does: 'list them, to be looked for in Sent' }],
      run: async (context) => (await import('#cli/send-views.ts')).listUnsureCommand(context),
    },
    {
      name: 'answer',
      summary: 'Say what became of such a mail',
      description:
        'Look into Sent first: went-out records it as sent, send-again sends it once more, give-up leaves it.',
      arguments: [
        { name: '<id>', description: 'id of the action, as `ashford actions unsure` shows it' },
        { name: '<answer>', description: 'went-out, send-again or give-up' },
      ],
      examples: [
        {
          line: 'ashford actions answer 0199a3f2-7c10-7b61-8a52-3f6d1c2b4a5e went-out',
          does: 'it lies in Sent',
        },
      ],
      run: async (context, input) => (await import('#cli/send-views.ts')).answerUnsureCommand(context, input),
    },
  ],
});
