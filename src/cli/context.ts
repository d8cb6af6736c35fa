import type { LoadedConfig } from '#config/load.ts';
import type { Clock } from '#std/clock.ts';
import type { Log } from '#telemetry/log.ts';
import type { CliApp, OpenProgram, Program } from './program.ts';
import type { Terminal } from './terminal.ts';

/** What every command takes. */
export interface Globals {
  config?: string | undefined;
  database?: string | undefined;
  dataDir?: string | undefined;
  json: boolean;
}

export interface ContextPorts {
  term: Terminal;
  clock: Clock;
  program: Program;
  env: Readonly<Record<string, string | undefined>>;
}

/** Where a command stands: its terminal, the settings, and the program below. What costs time is loaded when it is asked for. */
export class CommandContext {
  readonly term: Terminal;
  readonly clock: Clock;
  readonly program: Program;
  readonly env: ContextPorts['env'];
  readonly globals: Globals;

  constructor(ports: ContextPorts, globals: Globals) {
    this.term = ports.term;
    this.clock = ports.clock;
    this.program = ports.program;
    this.env = ports.env;
    this.globals = globals;
  }

  /** Whether a machine reads the answer. */
  get json(): boolean {
    return this.globals.json;
  }

  /** The answer: one JSON document for machines, text for people. */
  print(value: unknown, text: () => string): void {
    this.term.out(this.json ? `${JSON.stringify(value, null, 2)}\n` : text());
  }

  /** A remark for people, beside the answer. */
  say(text: string): void {
    if (!this.json) this.term.err(`${text}\n`);
  }

  /**
   * Throws `config.invalid` with everything that is wrong. `overrides` stand above all, as dotted keys; `place` is in place of
   * the folders of this process.
   */
  async loadConfig(
    overrides: Readonly<Record<string, unknown>> = {},
    place: { cwd?: string; homeDir?: string } = {},
  ): Promise<LoadedConfig> {
    const [{ loadConfig }, { processSurroundings }] = await Promise.all([
      import('#config/load.ts'),
      import('#config/process-env.ts'),
    ]);
    const { config, database, dataDir } = this.globals;
    return loadConfig({
      ...processSurroundings(),
      ...place,
      env: this.env,
      configFile: config,
      overrides: { 'paths.database': database, 'paths.data_dir': dataDir, ...overrides },
    });
  }

  /** The log of a command that ends by itself: only what should worry somebody. */
  async log(level: 'warn' | 'error' = 'warn'): Promise<Log> {
    const { openLog } = await import('#telemetry/log.ts');
    return openLog({ format: 'text', level, clock: this.clock, write: this.term.err });
  }

  /** Opens the program on its database for the time of `work`. */
  async withProgram<T>(work: (open: OpenProgram) => Promise<T>): Promise<T> {
    const { config } = await this.loadConfig();
    const open = await this.program.open({ config, log: await this.log() });
    try {
      return await work(open);
    } finally {
      await open.app.close();
    }
  }

  withApp<T>(work: (app: CliApp) => Promise<T>): Promise<T> {
    return this.withProgram(({ app }) => work(app));
  }
}
