import { type Attempts, signInAttempts } from '#access/attempts.ts';
import { serverSecret } from '#access/keys.ts';
import type { AccessPorts } from '#access/ports.ts';
import { tokenHashWith } from '#access/secret-token.ts';
import type { User } from '#access/user.ts';
import { ensureOwner } from '#access/user-store.ts';
import { type Credentials, credentialsOf } from '#accounts/credentials.ts';
import { configuredKeys } from '#accounts/encryption-keys.ts';
import { googleClient, googleServer } from '#accounts/google-client.ts';
import { mailboxOpener } from '#accounts/open.ts';
import type { SignInPorts } from '#accounts/sign-in.ts';
import { signInOf } from '#accounts/sign-in-of.ts';
import { findAnyAccount } from '#accounts/store.ts';
import { tokenKeeper } from '#accounts/tokens.ts';
import type { ActionPorts } from '#actions/ports.ts';
import { type Live, makeLive } from '#activity/live.ts';
import { askApproval } from '#approvals/ask.ts';
import type { Config } from '#config/config.ts';
import { backupBeforeMigrating } from '#db/backup.ts';
import type { Db } from '#db/db.ts';
import { migrate } from '#db/migrate.ts';
import { openDatabase } from '#db/open.ts';
import { forgetGone, forgetMessages } from '#digests/forget-store.ts';
import type { DigestPorts } from '#digests/ports.ts';
import { goOn } from '#ingest/go-on.ts';
import type { RemovalPorts } from '#ingest/removal-ports.ts';
import { type ParsePool, parsePool } from '#mail/parse-pool.ts';
import type { Mailbox, MailProvider } from '#mail/port.ts';
import { mailProviders } from '#mail/providers/catalog.ts';
import type { QueueHooks } from '#queue/ports.ts';
import { createQueue } from '#queue/queue.ts';
import { createSchedules, type Schedules } from '#queue/schedules.ts';
import { workingRules } from '#rules/working.ts';
import type { Clock } from '#std/clock.ts';
import { systemClock } from '#std/clock.ts';
import { idMaker } from '#std/ids.ts';
import { type Random, systemRandom } from '#std/random.ts';
import type { Log } from '#telemetry/log.ts';
import type { TriagePorts } from '#triage/ports.ts';
import { queueHooks } from './queue-hooks.ts';

/** The outside world as a plain record of named ports. A function declares the slice that it needs. */
export interface App extends RemovalPorts, TriagePorts, ActionPorts, DigestPorts {
  config: Config;
  /** Of the program. */
  version: string;
  random: Random;
  log: Log;
  live: Live;
  hooks: QueueHooks;
  schedules: Schedules;
  access: AccessPorts & { attempts: Attempts };
  credentials: Credentials;
  signIns: SignInPorts;
  /** The person this installation belongs to. */
  owner: User;
  close(): Promise<void>;
}

export interface AppOptions {
  config: Config;
  version: string;
  log: Log;
  clock?: Clock;
  random?: Random;
  /** Threads that several Apps share; whoever made them closes them. Its own when left out. */
  parser?: ParsePool;
  /** Stands between the program and its database and mailboxes, so that a test can break either. */
  between?: { db(db: Db): Db; mailbox(mailbox: Mailbox): Mailbox };
}

/** Opens the database, brings it up to date, and connects every part with what it needs. */
export const openApp = async (o: AppOptions): Promise<App> => {
  const { config, log, version, clock = systemClock, random = systemRandom } = o;
  const newId = idMaker(clock, random);
  const opened = await openDatabase({
    url: config.paths.database,
    authToken: config.paths.database_auth_token?.reveal(),
    durability: config.queue.durability,
    clock,
    random,
    onProblem: (err) => log.warn({ err }, 'the listening connection to the database was lost'),
  });
  const db = o.between?.db(opened) ?? opened;
  try {
    await migrate(opened, { clock, beforeChange: backupBeforeMigrating({ db: opened, config, clock, log }) });
    const live = makeLive();
    const access = accessPorts({ db, clock, random, newId, config });
    const owner = await ensureOwner(access, {
      email: 'owner@localhost',
      displayName: 'Owner',
      timeZone: config.digest.time_zone,
    });
    const hooks = queueHooks(live);
    const queue = createQueue({ db, clock, newId, hooks });
    const schedules = createSchedules({ db, clock, newId, queue, kinds });
    const providers = mailProviders({ db, clock, random, config, log });
    const signIns = signInPorts({ db, clock, random, newId, live, queue, config });
    const parser = o.parser ?? parsePool({ clock });
    const approvals = { clock, newId, random, queue, approvalMs: config.policy.approval_expiry };
    return {
      config,
      version,
      log,
      live,
      db,
      clock,
      random,
      newId,
      hooks,
      queue,
      schedules,
      access,
      owner,
      providers,
      parser,
      openMailbox: openerBetween(mailboxOpener(signIns, providers, signInOf(signIns)), o.between),
      rulesOf: (userId) => workingRules({ db, clock }, userId),
      ruleMode: config.policy.rule_mode,
      ...policyPorts(config),
      credentials: signIns.credentials,
      signIns,
      signOut: async (accountId) => (await import('#accounts/sign-in.ts')).revokeSignIn(signIns, accountId),
      forgetMail: forgetMessages,
      forgetGone,
      snoozeLabel: config.gmail.snooze_label,
      digestChannels: config.digest.channels,
      trustedAuthServer: trustedAuthServers(db, providers),
      askApproval: async (tx, action, reasons) => {
        await askApproval(approvals, tx, { action, reasons });
      },
      close: async () => {
        await Promise.allSettled(providers.map((provider) => provider.close()));
        if (!o.parser) await parser.close();
        await opened.close();
      },
    };
  } catch (e) {
    await opened.close();
    throw e;
  }
};

/** Whose word on where mail comes from an account's owner believes. */
const trustedAuthServers =
  (db: Db, providers: readonly MailProvider[]): App['trustedAuthServer'] =>
  async (accountId) => {
    const account = await findAnyAccount(db, accountId);
    const trusted = (account?.config as { trustedAuthServer?: unknown } | undefined)?.trustedAuthServer;
    if (typeof trusted === 'string') return trusted;
    return providers.find(({ kind }) => kind === account?.provider)?.authServer ?? null;
  };

/** Loaded when a schedule asks for them: most commands never do. */
const kinds = async () => (await import('./jobs.ts')).JOBS;

type Opener = App['openMailbox'];

const openerBetween =
  (open: Opener, between: AppOptions['between']): Opener =>
  async (accountId) => {
    const { account, mailbox } = await open(accountId);
    return { account, mailbox: between?.mailbox(mailbox) ?? mailbox };
  };

const signInPorts = (
  o: Pick<App, 'db' | 'clock' | 'random' | 'newId' | 'live' | 'queue' | 'config'>,
): SignInPorts => {
  const { db, clock, config, queue } = o;
  const keys = configuredKeys(config, { clock, random: o.random, platform: process.platform });
  const credentials = credentialsOf({ db, clock, random: o.random, keys });
  const renew = async (_: unknown, refreshToken: string) => {
    const { refreshTokens } = await import('#accounts/oauth.ts');
    return refreshTokens({ clock, server: googleServer(config), client: googleClient(config) }, refreshToken);
  };
  return {
    ...o,
    credentials,
    tokens: tokenKeeper({ ...o, credentials, renew }),
    goOn: (tx, account) => goOn({ queue, clock }, tx, account),
  };
};

const policyPorts = ({ policy, sending }: Config): Pick<App, 'policy' | 'rateLimits' | 'sending'> => ({
  policy: {
    approvalAlways: policy.approval_always,
    confidenceDefault: policy.confidence_default,
    confidenceLeaveInbox: policy.confidence_leave_inbox,
    forwardAllow: policy.forward_allow,
  },
  rateLimits: { changesPerHour: policy.changes_per_hour, trashesPerHour: policy.trashes_per_hour },
  sending: {
    perDay: sending.per_day,
    automaticPerDay: sending.automatic_per_day,
    delayMs: sending.delay,
  },
});

const accessPorts = (
  o: Pick<AccessPorts, 'db' | 'clock' | 'random' | 'newId'> & { config: Config },
): AccessPorts & { attempts: Attempts } => ({
  db: o.db,
  clock: o.clock,
  random: o.random,
  newId: o.newId,
  tokenHash: tokenHashWith(serverSecret(o.config, o.random)),
  lifetimes: { linkMs: o.config.auth.sign_in_link_lifetime, sessionMs: o.config.auth.session_lifetime },
  attempts: signInAttempts(o.clock),
});
