import { defineCommand } from '#cli/command.ts';
import { readRunFile } from '#cli/run-file.ts';
import { statusText } from '#cli/status-text.ts';

export const status = defineCommand({
  examples: [
    { line: 'ashford status', does: 'show where everything stands' },
    {
      line: 'ashford status --json | jq .ledger.waiting',
      does: 'count the messages that are not decided yet',
    },
  ],
  run: (context) =>
    context.withApp(async (app) => {
      const { statusOf } = await import('#ingest/status.ts');
      const found = await statusOf(app, app.owner.id);
      const running = readRunFile(app.config.paths.data_dir);
      context.print(found, () => statusText(found, running));
    }),
});
