import type { Attempts } from '#access/attempts.ts';
import type { AccessPorts } from '#access/ports.ts';
import type { User } from '#access/user.ts';
import type { SignInPorts } from '#accounts/sign-in.ts';
import type { ActionPorts } from '#actions/ports.ts';
import type { Live } from '#activity/live.ts';
import type { Config } from '#config/config.ts';
import type { DigestPorts } from '#digests/ports.ts';
import type { ConnectPorts } from '#ingest/connect.ts';
import type { RemovalPorts } from '#ingest/removal-ports.ts';
import type { Schedules } from '#queue/schedules.ts';
import type { Log } from '#telemetry/log.ts';
import type { TriagePorts } from '#triage/ports.ts';

/** What serving the API and the web app needs of the program. */
export interface HttpPorts extends RemovalPorts, ConnectPorts, TriagePorts, ActionPorts, DigestPorts {
  config: Config;
  /** Of the program. */
  version: string;
  log: Log;
  live: Live;
  schedules: Schedules;
  signIns: SignInPorts;
  access: AccessPorts & { attempts: Attempts };
  owner: User;
}
