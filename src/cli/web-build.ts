import { spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CommandContext } from './context.ts';
import { span } from './text.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What the build is made from. */
const SOURCES = ['web/src', 'web/static', 'web/vite.config.ts', 'web/package.json'];

const newest = (path: string): number => {
  const at = statSync(path, { throwIfNoEntry: false });
  if (!at) return 0;
  if (!at.isDirectory()) return at.mtimeMs;
  return readdirSync(path).reduce((most, name) => Math.max(most, newest(join(path, name))), 0);
};

export type BuildState = 'fresh' | 'missing' | 'old' | 'missing-without-source';

/** Whether the web interface is built from the source as it is now. `root` is the program's folder. */
export const webBuildState = (root: string = ROOT): BuildState => {
  const built = statSync(join(root, 'web/build/index.html'), { throwIfNoEntry: false });
  const canBuild =
    existsSync(join(root, 'web/src')) && existsSync(join(root, 'node_modules/vite/package.json'));
  if (!built) return canBuild ? 'missing' : 'missing-without-source';
  if (!canBuild) return 'fresh';
  return SOURCES.some((source) => newest(join(root, source)) > built.mtimeMs) ? 'old' : 'fresh';
};

interface Built {
  ok: boolean;
  output: string;
}

/** Vite itself, as `npm run build -w web` runs it, so that npm need not be there. */
const build = (signal: AbortSignal): Promise<Built> =>
  new Promise((resolve) => {
    const vite = join(ROOT, 'node_modules/vite/bin/vite.js');
    const child = spawn(process.execPath, [vite, 'build'], {
      cwd: join(ROOT, 'web'),
      stdio: ['ignore', 'pipe', 'pipe'],
      signal,
    });
    let output = '';
    const keep = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', (e) => resolve({ ok: false, output: e.message }));
    child.on('exit', (code) => resolve({ ok: code === 0, output }));
  });

const LAST_LINES = 15;

/** Builds the web interface when it is missing or older than its source. A failure is told and stops nothing else. */
export const freshWebBuild = async (context: CommandContext, signal: AbortSignal): Promise<void> => {
  const state = webBuildState();
  if (state === 'fresh') return;
  if (state === 'missing-without-source') {
    context.say(
      'The web interface is not built: `npm run build` makes it where the source and its packages are.',
    );
    return;
  }
  context.say(
    `Building the web interface (${state === 'old' ? 'its source has changed' : 'the first time'}) …`,
  );
  const startMs = context.clock.ms();
  const { ok, output } = await build(signal);
  if (signal.aborted) return;
  if (ok) context.say(`Built in ${span(context.clock.ms() - startMs)}.`);
  else {
    context.say(output.trimEnd().split('\n').slice(-LAST_LINES).join('\n'));
    context.say(
      'The web interface could not be built; all else works. `npm run build` shows the whole reason.',
    );
  }
};
