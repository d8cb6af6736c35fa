import { defineCommand } from '#cli/command.ts';

export const restore = defineCommand({
  description:
    'Puts a backup in the place of the embedded database. Stop every server and worker first. The backup is read through before anything is touched, and the database that was there is kept beside it. Nothing that was done after the backup is done again: each mailbox is compared first, mails that were on their way become questions, and what waited for an answer has expired.',
  arguments: [{ name: '<file>', description: 'a copy that `ashford backup` made' }],
  options: [{ flags: '-y, --yes', description: 'do not ask' }],
  examples: [
    { line: 'ashford restore ~/backups/ashford-monday.db', does: 'go back to what was there on Monday' },
  ],
  run: async (context, input) => (await import('#cli/restore-backup.ts')).restoreCommand(context, input),
});
