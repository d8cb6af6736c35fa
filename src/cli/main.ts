import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { processSurroundings } from '#config/process-env.ts';
import { systemClock } from '#std/clock.ts';
import { runCommandLine } from './command-line.ts';
import type { Program } from './program.ts';
import { processTerminal } from './terminal.ts';

const version = (): string => {
  const file = fileURLToPath(new URL('../../package.json', import.meta.url));
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
};

const program: Program = {
  version: version(),
  open: async (o) => {
    const { openApp } = await import('#app.ts');
    const app = await openApp({ ...o, version: program.version });
    return { app, worker: async () => (await import('#main.ts')).workerOf(app) };
  },
  start: async (o) => (await import('#main.ts')).startProcess({ ...o, version: program.version }),
};

// The one place above the rooms: it puts the program under the command line, and runs as soon as it is imported.
const { env } = processSurroundings();
process.exitCode = await runCommandLine(process.argv.slice(2), {
  term: processTerminal(env),
  clock: systemClock,
  program,
  env,
});
