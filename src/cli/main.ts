import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { processSurroundings } from '#config/process-env.ts';
import { systemClock } from '#std/clock.ts';
import { armCrash } from '#std/crashpoint.ts';
import { runCommandLine } from './command-line.ts';
import type { Program } from './program.ts';
import { processTerminal } from './terminal.ts';

const LEAVE_MS = 200;

const version = (): string => {
  const file = fileURLToPath(new URL('../../package.json', import.meta.url));
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
};

const program: Program = {
  version: version(),
  open: async (o) => {
    const { openApp } = await import('#app.ts');
    const { version } = program;
    const app = await openApp({ ...o, version });
    return {
      app,
      // Only a command that works has something to trace; nobody could ask it for metrics.
      worker: async () => {
        const { startTelemetry } = await import('#telemetry/start.ts');
        const { config, clock, random, log } = app;
        const telemetry = { ...config.telemetry, metrics: false };
        const started = await startTelemetry({
          config: { ...config, telemetry },
          version,
          clock,
          random,
          log,
        });
        const { close } = app;
        app.close = async () => {
          await started.stop();
          await close();
        };
        return (await import('#main.ts')).workerOf(app);
      },
    };
  },
  start: async (o) => (await import('#main.ts')).startProcess({ ...o, version: program.version }),
};

// The one place above the rooms: it puts the program under the command line, and runs as soon as it is imported.
const { env } = processSurroundings();
armCrash(env.CRASH_AT);
process.exitCode = await runCommandLine(process.argv.slice(2), {
  term: processTerminal(env),
  clock: systemClock,
  program,
  env,
});

/** The command is done. What still holds the process, such as retries to a collector that is away, is not waited for. */
const leave = (): void => {
  const unwritten = process.stdout.writableLength + process.stderr.writableLength;
  if (unwritten > 0) systemClock.after(LEAVE_MS, leave);
  else process.exit();
};
systemClock.after(LEAVE_MS, leave);
