import { defineCommand } from '#cli/command.ts';

export const doctor = defineCommand({
  description:
    'Checks the settings, the database, the schedules, the disk, the clock, the encryption key, the accounts, the server and the web interface. Changes nothing. Ends with 1 when something is broken.',
  examples: [
    { line: 'ashford doctor', does: 'check everything' },
    {
      line: 'ashford doctor --json | jq ".checks[] | select(.state != \\"ok\\")"',
      does: 'list what is not right',
    },
  ],
  run: async (context) => (await import('#cli/examine.ts')).doctorCommand(context),
});
