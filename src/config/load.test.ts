import { expect, test } from 'vitest';
import { isAppError } from '#std/errors.ts';
import { type LoadOptions, loadConfig } from './load.ts';
import { ConfigError } from './problems.ts';
import { redacted } from './redact.ts';

type Given = Partial<LoadOptions> & { files?: Record<string, string> };

const options = ({ files = {}, ...given }: Given = {}): LoadOptions => ({
  env: {},
  cwd: '/place',
  homeDir: '/people/ann',
  readFile: (path) => files[path],
  ...given,
});

const load = (given?: Given) => loadConfig(options(given));

const complaints = (given: Given): string[] => {
  try {
    loadConfig(options(given));
  } catch (error) {
    if (error instanceof ConfigError)
      return error.message
        .split('\n')
        .slice(1)
        .map((line) => line.trim());
    throw error;
  }
  return [];
};

test('without a file Ashford runs with defaults, and its data is in the data folder of the platform', () => {
  const { config, sources, file } = load({ timeZone: 'Europe/Berlin' });
  expect(config.app).toMatchObject({ host: '127.0.0.1', port: 17_800, service_name: 'ashford' });
  expect(config.queue).toMatchObject({
    durability: 'full',
    concurrency: 50,
    poll_interval: 1000,
    heartbeat: 30_000,
  });
  expect(config.paths.data_dir).toBe('/people/ann/.local/share/ashford');
  expect(config.paths.database).toBe('/people/ann/.local/share/ashford/ashford.db');
  expect(config.digest.time_zone).toBe('Europe/Berlin');
  expect(sources.size).toBe(0);
  expect(file).toBeUndefined();
});

test('file, environment and command line stand above each other in this order', () => {
  const files = { '/place/ashford.toml': '[app]\nport = 1\nhost = "::1"\nservice_name = "file"\n' };
  const env = { APP_PORT: '2', ASHFORD_APP__SERVICE_NAME: 'env' };
  const { config, sources } = load({ files, env, overrides: { 'app.port': '3' } });
  expect(config.app).toMatchObject({ port: 3, host: '::1', service_name: 'env' });
  expect(sources.get('app.port')).toEqual({ kind: 'command line', name: 'app.port' });
  expect(sources.get('app.service_name')).toEqual({ kind: 'environment', name: 'ASHFORD_APP__SERVICE_NAME' });
  expect(sources.get('app.host')).toEqual({ kind: 'file', name: '/place/ashford.toml', line: 3 });
});

test('the general name of a variable stands above its short name', () => {
  expect(load({ env: { APP_PORT: '2', ASHFORD_APP__PORT: '3' } }).config.app.port).toBe(3);
});

test.each([
  ['--config', { configFile: 'a.toml' }, '/place/a.toml'],
  ['ASHFORD_CONFIG', { env: { ASHFORD_CONFIG: '~/b.toml' } }, '/people/ann/b.toml'],
  ['the working folder', {}, '/place/ashford.toml'],
  ['the working folder, as JSON', {}, '/place/ashford.json'],
  ['the config folder', {}, '/people/ann/.config/ashford/ashford.toml'],
  ['XDG_CONFIG_HOME', { env: { XDG_CONFIG_HOME: '/x' } }, '/x/ashford/ashford.toml'],
  ['macOS', { platform: 'darwin' }, '/people/ann/Library/Application Support/Ashford/ashford.toml'],
])('a config file is found by %s', (_, given, path) => {
  const text = path.endsWith('.json') ? '{"app": {"port": 5}}' : '[app]\nport = 5';
  const loaded = load({ ...given, files: { [path]: text } });
  expect(loaded.file).toBe(path);
  expect(loaded.config.app.port).toBe(5);
});

test('a named config file must be there', () => {
  expect(complaints({ configFile: 'a.toml' })).toEqual(['/place/a.toml: there is no such file']);
  expect(complaints({ env: { ASHFORD_CONFIG: '/b.json' } })).toEqual(['/b.json: there is no such file']);
});

test('every kind of value can be written as text in the environment', () => {
  const { config } = load({
    env: {
      ASHFORD_QUEUE__POLL_INTERVAL: '250ms',
      ASHFORD_TELEMETRY__METRICS: 'off',
      ASHFORD_MODEL__TEMPERATURE: '0.5',
      ASHFORD_MODEL__BUDGETS__TOKENS_PER_DAY: '10',
      ASHFORD_DISCORD__WHITELIST: '123456789012345678, 2',
      ASHFORD_POLICY__FORWARD_ALLOW: '["a@b.example"]',
      MODEL: 'small',
      OTLP_ENDPOINT: 'http://collector:4318/',
      DATABASE_URL: 'postgres://ann:pw@db/ashford',
      APP_PORT: '',
    },
  });
  expect(config.queue.poll_interval).toBe(250);
  expect(config.telemetry).toMatchObject({ metrics: false, otlp_endpoint: 'http://collector:4318' });
  expect(config.model).toMatchObject({ temperature: 0.5, model: 'small' });
  expect(config.model.budgets.tokens_per_day).toBe(10);
  expect(config.discord.whitelist).toEqual(['123456789012345678', '2']);
  expect(config.policy.forward_allow).toEqual(['a@b.example']);
  expect(config.paths.database).toBe('postgres://ann:pw@db/ashford');
  expect(config.app.port).toBe(17_800);
});

test('env: and file: name where a value is, and ~ is expanded after them', () => {
  const files = {
    '/etc/ashford.toml': [
      '[paths]',
      'data_dir = "env:WHERE"',
      '[discord]',
      'bot_token = "file:secrets/discord"',
      '[app]',
      'port = "env:PORT"',
      'allowed_hosts = ["env:HOST", "b.example"]',
    ].join('\n'),
    '/etc/secrets/discord': 'tok-1\n',
  };
  const env = { WHERE: '~/mail', PORT: '8080', HOST: 'a.example' };
  const { config } = load({ configFile: '/etc/ashford.toml', files, env });
  expect(config.paths).toEqual({ data_dir: '/people/ann/mail', database: '/people/ann/mail/ashford.db' });
  expect(config.discord.bot_token?.reveal()).toBe('tok-1');
  expect(config.app).toMatchObject({ port: 8080, allowed_hosts: ['a.example', 'b.example'] });
});

test('a relative path starts at the folder of the file that names it, else at the working folder', () => {
  const files = { '/etc/a.toml': '[paths]\ndata_dir = "data"' };
  const { config } = load({ configFile: '/etc/a.toml', files, env: { DATABASE_URL: 'my.db' } });
  expect(config.paths).toEqual({ data_dir: '/etc/data', database: '/place/my.db' });
});

test('all problems are told at once, each with its place, its value and what is allowed', () => {
  const toml = [
    'colour = 1',
    '[app]',
    'prot = 1',
    'host = ""',
    'log_level = "loud"',
    '',
    '[queue]',
    'concurrency = 0',
    'heartbeat = "soon"',
    'model = "x"',
    '[gmial]',
    'batch_size = 5',
  ].join('\n');
  const given = {
    files: { '/place/ashford.toml': toml },
    env: { APP_PORT: 'http', ASHFORD_QUEU__POLL_INTERVAL: '1s', ASHFORD_TELEMETRY__METRICS: 'maybe' },
    overrides: { 'app.colour': 'red', 'paths.database': 'mysql://ann:hush@db/x' },
  };
  expect(complaints(given)).toEqual([
    '/place/ashford.toml:1: colour is not a known key',
    '/place/ashford.toml:3: app.prot is not a known key; did you mean app.port?',
    '/place/ashford.toml:10: queue.model is not a known key; did you mean model.model?',
    '/place/ashford.toml:11: gmial is not a known key; did you mean gmail?',
    'environment ASHFORD_QUEU__POLL_INTERVAL: queu.poll_interval is not a known key; did you mean queue.poll_interval?',
    'command line app.colour: app.colour is not a known key',
    '/place/ashford.toml:4: app.host = "": must be an IP address or a host name',
    '/place/ashford.toml:5: app.log_level = "loud": must be one of debug, info, warn, error',
    '/place/ashford.toml:8: queue.concurrency = 0: must be a whole number from 1 to 1000',
    '/place/ashford.toml:9: queue.heartbeat = "soon": must be a duration such as 30s, 10m or 7d, from 100ms to 10m',
    'environment APP_PORT: app.port = "http": must be a whole number from 0 to 65535',
    'environment ASHFORD_TELEMETRY__METRICS: telemetry.metrics = "maybe": must be true or false',
    'command line paths.database: paths.database = "mysql://ann:********@db/x": must be a path, :memory:, or a URL that starts with wss://, libsql://, https:// or postgres:// (or ws://, http://)',
  ]);
});

test('no error, no dump and no log shows a secret', () => {
  const canary = 'canary-5f1e';
  const files = {
    '/place/ashford.json': JSON.stringify({
      discord: { bot_token: [canary], bot_tokn: canary },
      app: { port: 'env:CANARY', service_name: 'file:missing' },
      gmail: { client_secret: { [canary]: 1 } },
    }),
  };
  const told = complaints({ files, env: { CANARY: canary, TELEGRAM_BOT_TOKEN: 'env:NONE' } });
  expect(told.join('\n')).not.toContain(canary);
  expect(told).toHaveLength(6);
  expect(told).toContain(
    'environment TELEGRAM_BOT_TOKEN: telegram.bot_token = "env:NONE": the environment has no NONE',
  );

  const { config } = load({ env: { DISCORD_BOT_TOKEN: canary, DATABASE_URL: `postgres://a:${canary}@h/d` } });
  expect(JSON.stringify(redacted(config))).not.toContain(canary);
  expect(redacted(config).discord).toMatchObject({ bot_token: '********' });
  expect(redacted(config).paths).toMatchObject({ database: 'postgres://a:********@h/d' });
  expect(`${JSON.stringify(config.discord)} ${config.discord.bot_token}`).not.toContain(canary);
});

test.each([
  ['TOML', '/place/ashford.toml', '[app]\nport = 1\ntoken = "canary', '/place/ashford.toml:3:'],
  [
    'JSON',
    '/place/ashford.json',
    '{\n"app": {\n"token": "canary" oops}}',
    '/place/ashford.json:3: not valid JSON',
  ],
  ['a list', '/place/ashford.json', '["canary"]', '/place/ashford.json: must hold an object of sections'],
  [
    'a value for a section',
    '/place/ashford.toml',
    'app = "canary"',
    '/place/ashford.toml:1: app must be a table of keys',
  ],
])('%s that can not be used is told with its line and without its text', (_, path, text, expected) => {
  const told = complaints({ files: { [path]: text }, env: { APP_PORT: 'x' } });
  expect(told[0]?.startsWith(expected)).toBe(true);
  expect(told.join()).not.toContain('canary');
  expect(told).toHaveLength(2);
});

test('an error while reading a file is a problem like any other', () => {
  const readFile = () => {
    throw new Error('EACCES');
  };
  expect(complaints({ readFile })).toEqual(["/place/ashford.toml: can't be read: EACCES"]);
});

test('a remote libSQL database needs a token unless it is on this machine', () => {
  const refused = ['wss://db.example', 'libsql://db.example', 'https://db.example', 'http://10.0.0.1:8080'];
  for (const url of refused) {
    expect(complaints({ env: { DATABASE_URL: url } })[0]).toContain('a remote libSQL server needs a token');
    expect(complaints({ env: { DATABASE_URL: url, LIBSQL_AUTH_TOKEN: 't' } })).toEqual([]);
  }
  for (const url of [
    'http://127.0.0.1:8080',
    'http://localhost:8080',
    'http://[::1]:8080',
    ':memory:',
    'a.db',
  ]) {
    expect(complaints({ env: { DATABASE_URL: url } })).toEqual([]);
  }
});

test('a database named as file: is told apart from a value kept in a file', () => {
  const [missing] = complaints({ env: { DATABASE_URL: 'file:local.db' } });
  expect(missing).toContain('a database file is named by its path alone');
  const [binary] = complaints({
    env: { DATABASE_URL: 'file:local.db' },
    files: { '/place/local.db': 'SQLite\0' },
  });
  expect(binary).toContain('/place/local.db is not a text file');
});

test('keys that do not fit together are told', () => {
  const toml =
    '[queue]\nheartbeat = "5m"\n[gmail]\nuse_pubsub = true\nproject_id = "p"\n[model]\nprovider = "openai-compatible"';
  expect(complaints({ files: { '/place/ashford.toml': toml } })).toEqual([
    '/place/ashford.toml:2: queue.stale_after must be at least twice queue.heartbeat, or jobs that are alive are taken away',
    '/place/ashford.toml:4: gmail.use_pubsub = true: needs gmail.topic and gmail.subscription too',
    '/place/ashford.toml:7: model.base_url is needed with model.provider = "openai-compatible"',
  ]);
});

test('outside services are spoken to in clear on this machine only', () => {
  expect(complaints({ overrides: { 'endpoints.gmail': 'http://gmail.example' } })).toHaveLength(1);
  expect(complaints({ overrides: { 'endpoints.discord_gateway': 'https://x.example' } })).toHaveLength(1);
  const { config } = load({
    overrides: { 'endpoints.gmail': 'http://127.0.0.1:9/', 'endpoints.discord_gateway': 'ws://localhost:1' },
  });
  expect(config.endpoints).toMatchObject({
    gmail: 'http://127.0.0.1:9',
    discord_gateway: 'ws://localhost:1',
  });
});

test('a configuration error is an input error', () => {
  let caught: unknown;
  try {
    load({ env: { APP_PORT: 'x' } });
  } catch (error) {
    caught = error;
  }
  expect(isAppError(caught, 'config.invalid') && caught.kind).toBe('input');
});
