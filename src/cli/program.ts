import type { Attempts } from '#access/attempts.ts';
import type { AccessPorts } from '#access/ports.ts';
import type { User } from '#access/user.ts';
import type { SignInPorts } from '#accounts/sign-in.ts';
import type { ActionPorts } from '#actions/ports.ts';
import type { Config } from '#config/config.ts';
import type { DigestPorts } from '#digests/ports.ts';
import type { ConnectPorts } from '#ingest/connect.ts';
import type { RemovalPorts } from '#ingest/removal-ports.ts';
import type { Schedules } from '#queue/schedules.ts';
import type { Random } from '#std/random.ts';
import type { Log } from '#telemetry/log.ts';
import type { TriagePorts } from '#triage/ports.ts';

/** What commands need of the open program. */
export interface CliApp extends RemovalPorts, ConnectPorts, TriagePorts, ActionPorts, DigestPorts {
  config: Config;
  version: string;
  random: Random;
  log: Log;
  schedules: Schedules;
  signIns: SignInPorts;
  access: AccessPorts & { attempts: Attempts };
  owner: User;
  close(): Promise<void>;
}

export interface CliWorker {
  start(): void;
  /** Resolves when no job is due. */
  drain(): Promise<unknown>;
  stop(options?: { graceMs?: number }): Promise<void>;
}

export interface OpenProgram {
  app: CliApp;
  /** A worker of this program's jobs, not started. */
  worker(): Promise<CliWorker>;
}

export interface RunningProgram {
  app: CliApp;
  /** Undefined for a worker alone. */
  url: string | undefined;
  stop(): Promise<void>;
}

/** The program below the command line, handed in by `main.ts`: it stands above every room. */
export interface Program {
  version: string;
  open(o: { config: Config; log: Log }): Promise<OpenProgram>;
  start(o: { config: Config; log: Log; role: 'server' | 'worker' }): Promise<RunningProgram>;
}
