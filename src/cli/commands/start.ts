import { defineCommand } from '#cli/command.ts';

export const start = defineCommand({
  description:
    'Serves the web interface and the API, and does the work. Prints a link that signs you in, once. Ctrl-C stops it: running jobs get time to finish; a second Ctrl-C ends at once, and nothing is lost.',
  options: [
    { flags: '--port <n>', description: 'port to listen on; 0 takes a free one' },
    { flags: '--host <address>', description: 'address to listen on' },
  ],
  examples: [
    { line: 'ashford start', does: 'serve at http://127.0.0.1:17800' },
    {
      line: 'ashford start --port 8080 --config my.toml',
      does: 'serve elsewhere, with settings of your own',
    },
  ],
  run: async (context, input) => (await import('#cli/serve.ts')).runServer(context, input),
});
