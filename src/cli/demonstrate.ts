import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Config } from '#config/config.ts';
import { renderDigest } from '#digests/render.ts';
import { importJob } from '#ingest/import.job.ts';
import { statusOf } from '#ingest/status.ts';
import { readRulesFile } from '#rules/file.ts';
import { countRules, createRules } from '#rules/store.ts';
import { openLog } from '#telemetry/log.ts';
import type { Input } from './command.ts';
import { CommandContext } from './context.ts';
import { demoDigest, digestWhenSorted } from './demo-digest.ts';
import { drainWork, isEnded } from './drain.ts';
import { localAccount } from './import-archive.ts';
import type { CliApp } from './program.ts';
import { INTERRUPTED, OK } from './report.ts';
import { signInUrl } from './sign-in-url.ts';
import { statusText } from './status-text.ts';
import { listenForStop } from './stop-signals.ts';
import { paint } from './terminal.ts';
import { count } from './text.ts';
import { freshWebBuild } from './web-build.ts';

const ROOT = fileURLToPath(new URL('../../demo/', import.meta.url));
const MAILBOX = join(ROOT, 'mailbox/robin.mbox');
const RULES = join(ROOT, 'rules.toml');
const ROBIN = {
  name: 'robin@hale.example',
  displayName: 'Robin Hale',
  config: { trustedAuthServer: 'mx.hale.example' },
};
const LOOPBACK = '127.0.0.1';

/** Settings of one's own have no part in the demo, so that it touches nothing that is real: only how it runs may be set. */
const KEPT = /^(APP_PORT|OTLP_ENDPOINT|ASHFORD_DEBUG|ASHFORD_(APP|QUEUE|TELEMETRY|POLICY)__.*|TZ)$/;

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, LOOPBACK, () => probe.close(() => resolve(true)));
  });

interface Place {
  config: Config;
  context: CommandContext;
}

const place = async (context: CommandContext, { options }: Input, folder: string): Promise<Place> => {
  const env = Object.fromEntries(Object.entries(context.env).filter(([name]) => KEPT.test(name)));
  const port = options.whole('port', { min: 0, max: 65_535 });
  // With the folder as its home, nothing of the demo is kept elsewhere, and no config file is found.
  const away = new CommandContext({ ...context, env }, context.globals);
  const { config } = await away.loadConfig(
    {
      'app.port': port,
      'paths.data_dir': folder,
      'paths.database': context.globals.database ?? join(folder, 'ashford.db'),
    },
    { cwd: folder, homeDir: folder },
  );
  const taken = port === undefined && config.app.port !== 0 && !(await isFree(config.app.port));
  return { context: away, config: taken ? { ...config, app: { ...config.app, port: 0 } } : config };
};

/** Robin's account, the rules, and the job that brings the mailbox in. Done before, it is left as it is. */
const seed = async (app: CliApp): Promise<string> => {
  const account = await localAccount(app, ROBIN);
  const { rules } = readRulesFile(readFileSync(RULES, 'utf8'));
  const userId = app.owner.id;
  if ((await countRules(app.db, userId)) === 0) {
    const inputs = rules.map(({ input }) => input);
    await app.db.write((tx) =>
      createRules(tx, { userId, rules: inputs, newId: app.newId, now: app.clock.now() }),
    );
  }
  const payload = { accountId: account.id, path: MAILBOX, newestNow: true };
  const { id } = await app.queue.enqueue(importJob, payload, {
    userId,
    idempotencyKey: `demo:${account.id}`,
  });
  return id;
};

const once = async (context: CommandContext, config: Config): Promise<number> => {
  const open = await context.program.open({ config, log: await context.log() });
  try {
    const { app } = open;
    const jobId = await seed(app);
    const done = async () => isEnded((await app.queue.get(jobId))?.job);
    const finished = await drainWork(open, { clock: app.clock, look: async () => {}, done });
    if (!finished) return INTERRUPTED;
    await demoDigest(app);
    await drainWork(open, { clock: app.clock, look: async () => {} });
    // Again, now that it is delivered.
    const digest = await demoDigest(app);
    const status = await statusOf(app, app.owner.id);
    context.print({ ...status, digest }, () => `${statusText(status)}\n${renderDigest(digest)}`);
    return OK;
  } finally {
    await open.app.close();
  }
};

const serve = async (context: CommandContext, config: Config, kept: boolean): Promise<number> => {
  using stop = listenForStop(context.clock);
  await freshWebBuild(context, stop.signal);
  if (stop.signal.aborted) return INTERRUPTED;
  const color = context.term.color && context.term.errIsTerminal;
  const log = await openLog({
    format: 'text',
    level: 'warn',
    clock: context.clock,
    write: context.term.err,
    color,
  });
  // Before the start, since that is when mailboxes begin to be watched.
  const open = await context.program.open({ config, log });
  const importId = await seed(open.app).finally(() => open.app.close());
  const running = await context.program.start({ config, log, role: 'server' });
  try {
    const link = await signInUrl(running.app, running.url ?? '');
    const { rules } = readRulesFile(readFileSync(RULES, 'utf8'));
    context.print(
      { url: running.url, signIn: link.url, expiresAt: link.expiresAt, dataDir: config.paths.data_dir },
      () =>
        [
          `The demo runs at ${running.url}: a month of Robin Hale's mail, sorted by ${count(rules.length)} rules.\n`,
          `Sign in: ${paint(context.term, 'cyan', link.url)}\n`,
          `The link works once, within ${link.lasts}. Look at what waits for your approval, and undo what you like.\n`,
          kept
            ? `The data stays in ${config.paths.data_dir}. Ctrl-C ends the demo.\n`
            : 'Ctrl-C ends the demo and removes its data.\n',
        ].join(''),
    );
    const digest = digestWhenSorted(running.app, importId, stop.signal);
    await Promise.all([stop.stopped, digest]);
    context.say('Stopping.');
  } finally {
    await running.stop();
  }
  return OK;
};

/** Runs the demo, in a folder of its own that goes when it ends. */
export const demoCommand = async (context: CommandContext, input: Input): Promise<number> => {
  const kept = context.globals.dataDir === undefined ? undefined : resolve(context.globals.dataDir);
  const folder = kept ?? mkdtempSync(join(tmpdir(), 'ashford-demo-'));
  const remove = () => {
    if (kept === undefined) rmSync(folder, { recursive: true, force: true });
  };
  // Also when a second Ctrl-C ends the process at once.
  process.once('exit', remove);
  try {
    const { config, context: away } = await place(context, input, folder);
    return input.options.flag('once')
      ? await once(away, config)
      : await serve(away, config, kept !== undefined);
  } finally {
    remove();
    process.off('exit', remove);
  }
};
