import type { Config } from '#config/config.ts';
import type { Db } from '#db/db.ts';
import type { MailProvider } from '#mail/port.ts';
import type { Clock } from '#std/clock.ts';
import { idMaker } from '#std/ids.ts';
import type { Random } from '#std/random.ts';
import type { Log } from '#telemetry/log.ts';
import { gmailProvider } from './gmail/gmail.ts';
import { gmailSettings } from './gmail/settings.ts';
import { imapProvider } from './imap/imap.ts';
import { imapOptions } from './imap/options.ts';
import { localProvider } from './local/local.ts';

export interface ProviderPorts {
  db: Db;
  clock: Clock;
  random: Random;
  config: Config;
  log: Log;
}

/** Every provider, with what it needs. */
export const mailProviders = ({ config, log, ...ports }: ProviderPorts): readonly MailProvider[] => [
  localProvider(ports),
  gmailProvider({
    ...ports,
    settings: gmailSettings(config),
    onProblem: (err) => log.warn({ err }, 'notifications of Gmail could not be read'),
  }),
  imapProvider({ ...ports, newId: idMaker(ports.clock, ports.random), imap: imapOptions(config) }),
];
