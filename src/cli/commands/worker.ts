import { defineCommand } from '#cli/command.ts';

export const worker = defineCommand({
  description:
    'Does work without serving anything. Several workers may share one database, also on several machines with PostgreSQL or libSQL.',
  examples: [
    {
      line: 'ashford worker --database postgres://db.internal/ashford',
      does: 'help a server on another machine',
    },
  ],
  run: async (context) => (await import('#cli/serve.ts')).runWorker(context),
});
