import { openLog } from '#telemetry/log.ts';
import type { Input } from './command.ts';
import type { CommandContext } from './context.ts';
import { INTERRUPTED, OK } from './report.ts';
import { refuseSecond } from './second-server.ts';
import { signInUrl } from './sign-in-url.ts';
import { listenForStop } from './stop-signals.ts';
import { paint } from './terminal.ts';
import { freshWebBuild } from './web-build.ts';

const openServerLog = async (context: CommandContext, config: Awaited<ReturnType<typeof settings>>) =>
  openLog({
    format: config.app.env === 'prod' ? 'json' : 'text',
    level: config.app.log_level,
    clock: context.clock,
    write: context.term.err,
    color: context.term.color && context.term.errIsTerminal,
  });

const settings = async (context: CommandContext, input?: Input) => {
  const port = input?.options.whole('port', { min: 0, max: 65_535 });
  const host = input?.options.text('host');
  const { config } = await context.loadConfig({
    'app.port': port,
    'app.host': host,
  });
  return config;
};

/** Serves until somebody stops it. */
export const runServer = async (context: CommandContext, input: Input): Promise<number> => {
  const config = await settings(context, input);
  using stop = listenForStop(context.clock);
  await refuseSecond(config.paths.data_dir, context.clock);
  await freshWebBuild(context, stop.signal);
  if (stop.signal.aborted) return INTERRUPTED;
  const log = await openServerLog(context, config);
  const running = await context.program.start({ config, log, role: 'server' });
  try {
    const link = await signInUrl(running.app, running.url ?? '');
    context.print({ url: running.url, signIn: link.url, expiresAt: link.expiresAt }, () =>
      [
        `Ashford runs at ${running.url}\n`,
        `Sign in: ${paint(context.term, 'cyan', link.url)}\n`,
        `The link works once, within ${link.lasts}; \`ashford open\` makes another. Ctrl-C stops the server.\n`,
      ].join(''),
    );
    await stop.stopped;
    context.say('Stopping. Running jobs get time to finish; again to end at once.');
  } finally {
    await running.stop();
  }
  return OK;
};

/** Works until somebody stops it. */
export const runWorker = async (context: CommandContext): Promise<number> => {
  const config = await settings(context);
  using stop = listenForStop(context.clock);
  const log = await openServerLog(context, config);
  const running = await context.program.start({ config, log, role: 'worker' });
  try {
    context.print({ running: true }, () => 'The worker runs. Ctrl-C stops it.\n');
    await stop.stopped;
    context.say('Stopping. Running jobs get time to finish; again to end at once.');
  } finally {
    await running.stop();
  }
  return OK;
};
