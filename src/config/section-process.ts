import { z } from 'zod';
import { choice, database, duration, flag, list, path, secret, text, webUrl, whole } from './setting.ts';

export const app = z
  .strictObject({
    service_name: text('Name of this installation in traces, metrics and logs.').default('ashford'),
    host: text(
      'Address to listen on. Anything but loopback needs an owner password.',
      'an IP address or a host name',
    ).default('127.0.0.1'),
    port: whole('Port of the web interface and the API; 0 takes a free one.', {
      min: 0,
      max: 65_535,
    }).default(17_800),
    env: choice('dev writes logs for people, prod as JSON lines.', ['dev', 'prod']).default('dev'),
    base_url: webUrl(
      'Where browsers reach Ashford, when that is not http://host:port: behind a proxy, say.',
    ).optional(),
    allowed_hosts: list(
      'Further host names that requests may carry; those of host and base_url always may.',
      z.string().min(1),
      'a list of host names',
    ).default([]),
    log_level: choice('The least important log lines that are written.', [
      'debug',
      'info',
      'warn',
      'error',
    ]).default('info'),
  })
  .describe('The process.');

export const paths = z
  .strictObject({
    data_dir: path(
      'Folder of the database, the keys and the backups. Default: the data folder of the platform.',
    ),
    database: database('Where the data lives. Default: ashford.db in data_dir.'),
    database_auth_token: secret('Token of a remote libSQL server.').optional(),
  })
  .describe('Where things are kept.');

export const queue = z
  .strictObject({
    concurrency: whole('Jobs that run at the same time in one process.', { min: 1, max: 1000 }).default(50),
    durability: choice(
      'full: what is acknowledged survives a power cut. normal: the last moments before one may be lost.',
      ['full', 'normal'],
    ).default('full'),
    poll_interval: duration('How often an idle worker looks for jobs that nothing told it of.', {
      min: '50ms',
      max: '1h',
    }).prefault('1s'),
    heartbeat: duration('How often a running job shows that it is alive.', {
      min: '100ms',
      max: '10m',
    }).prefault('30s'),
    stale_after: duration('Silence after which a running job is given to another worker.', {
      min: '500ms',
      max: '1d',
    }).prefault('2m'),
    sweep_interval: duration('How often silent jobs are looked for.', { min: '100ms', max: '1h' }).prefault(
      '60s',
    ),
    shutdown_grace: duration('Time that running jobs get to finish when the process is stopped.', {
      min: '0s',
      max: '1h',
    }).prefault('30s'),
    retention: duration('How long completed and canceled jobs are kept.', {
      min: '1m',
      max: '3650d',
    }).prefault('7d'),
    retention_failed: duration('How long failed jobs are kept.', { min: '1m', max: '3650d' }).prefault('30d'),
  })
  .describe('The job queue.');

export const telemetry = z
  .strictObject({
    otlp_endpoint: webUrl(
      'Collector that takes OTLP over HTTP, such as http://localhost:4318. Nothing is sent without it.',
    ).optional(),
    export_traces: flag('Send traces to the collector.').default(true),
    metrics: flag('Serve /metrics, and send metrics to the collector when there is one.').default(true),
  })
  .describe('Traces and metrics.');

export const auth = z
  .strictObject({
    encryption_key: secret(
      'Key that encrypts stored credentials. Default: a key file that Ashford makes.',
    ).optional(),
    encryption_key_previous: secret(
      'The encryption_key before it was changed, until `ashford accounts rotate-key` has run.',
    ).optional(),
    key_store: choice(
      'Where the key is kept that Ashford makes: in a file, or in the keychain of the system.',
      ['file', 'keychain'],
    ).default('file'),
    encryption_key_file: path(
      'File of that key, mode 0600. Default: encryption.key in the config folder of the platform.',
    ).optional(),
    owner_password: secret('Password of the owner, needed to listen on anything but loopback.').optional(),
    session_lifetime: duration('How long a sign-in lasts.', { min: '5m', max: '365d' }).prefault('30d'),
    sign_in_link_lifetime: duration('How long a sign-in link can be used, once.', {
      min: '30s',
      max: '1d',
    }).prefault('10m'),
  })
  .describe('Signing in, and the key of what is stored encrypted.');
