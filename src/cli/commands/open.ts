import { defineCommand } from '#cli/command.ts';
import { readRunFile } from '#cli/run-file.ts';

export const open = defineCommand({
  description: 'Prints a link that signs you in to the web interface, once and for a short time.',
  examples: [{ line: 'ashford open', does: 'print a new link for the server that runs' }],
  run: (context) =>
    context.withApp(async (app) => {
      const { host, port } = app.config.app;
      const running = readRunFile(app.config.paths.data_dir);
      const base = running?.url ?? `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
      const { signInUrl } = await import('#cli/sign-in-url.ts');
      const link = await signInUrl(app, base);
      context.print(
        { url: link.url, expiresAt: link.expiresAt, running: running !== undefined },
        () => `${link.url}\n`,
      );
      context.say(
        running
          ? `It works once, within ${link.lasts}.`
          : 'No server runs on this data folder. Start one with `ashford start`; the link works once.',
      );
    }),
});
