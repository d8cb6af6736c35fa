import type { Account } from '#accounts/account.ts';
import { changeSettings, placeAccount } from '#accounts/connect-store.ts';
import { credentialFields } from '#accounts/credential-store.ts';
import type { Credentials, Sealer } from '#accounts/credentials.ts';
import { refuseRemoved } from '#accounts/removed.ts';
import { getAccount, lockOwnAccount, mergeAccountState, setAccountStatus } from '#accounts/store.ts';
import { recordActivity } from '#activity/store.ts';
import type { Tx } from '#db/db.ts';
import type { MailboxHealth, MailProvider, SignIn } from '#mail/port.ts';
import { crashpoint } from '#std/crashpoint.ts';
import { AppError, isAppError } from '#std/errors.ts';
import type { Instant } from '#std/time.ts';
import { goOn } from './go-on.ts';
import type { IngestPorts } from './ports.ts';

/** What connecting a mailbox needs of the program. */
export interface ConnectPorts extends IngestPorts {
  providers: readonly MailProvider[];
  signIns: { credentials: Credentials };
}

interface By {
  /** Who asked, for the audit log. */
  by: { actor: string; channel: string };
}

/** A mailbox that is signed in to with passwords. */
export interface ConnectRequest extends By {
  userId: string;
  provider: string;
  email: string;
  displayName: string;
  /** The provider's own settings. */
  config: unknown;
  /** By their fields. They go nowhere but to the provider and, encrypted, into the database. */
  secrets: Readonly<Record<string, string>>;
  /** False: it is stored without a try. */
  test: boolean;
}

export interface Connected {
  account: Account;
  /** What the mailbox said; null when it was not asked. */
  health: MailboxHealth | null;
}

const providerOf = (ports: ConnectPorts, kind: string): MailProvider => {
  const provider = ports.providers.find((p) => p.kind === kind);
  if (provider) return provider;
  throw new AppError('input', 'accounts.no-provider', `This version knows no provider "${kind}"`);
};

const signInWith = (secrets: ConnectRequest['secrets']): SignIn => {
  const missing = () =>
    new AppError('needs-user', 'accounts.no-sign-in', 'There is no password', { help: 'Type it in again.' });
  return {
    secret: async (field) => {
      const value = secrets[field];
      if (value === undefined) throw missing();
      return value;
    },
    accessToken: () => Promise.reject(missing()),
  };
};

interface Trying {
  accountId: string;
  userId: string;
  provider: string;
  email: string;
  config: unknown;
  secrets: ConnectRequest['secrets'];
}

/** Signs in and looks around with what was given, whether or not there is an account yet. Throws what is wrong. */
const tryMailbox = async (ports: ConnectPorts, t: Trying): Promise<MailboxHealth> => {
  const provider = providerOf(ports, t.provider);
  const { accountId: id, userId, email, config } = t;
  const mailbox = provider.open({ id, userId, email, config, signIn: signInWith(t.secrets) });
  try {
    return await mailbox.test();
  } finally {
    await provider.forget(id);
  }
};

const store = async (sealer: Sealer, account: Account, secrets: ConnectRequest['secrets']): Promise<void> => {
  for (const [field, value] of Object.entries(secrets)) {
    await sealer.put({ accountId: account.id, userId: account.userId, field, value });
  }
};

const noteSignIn = (tx: Tx, { id, now }: { id: string; now: Instant }): Promise<void> =>
  mergeAccountState(tx, { id, part: { signIn: { at: now } }, now });

const begin = async (ports: ConnectPorts, tx: Tx, o: By & { account: Account; action: string }) => {
  const { account, action, by } = o;
  await goOn(ports, tx, account);
  await recordActivity(ports, tx, {
    userId: account.userId,
    ...by,
    action,
    subjectType: 'account',
    subjectId: account.id,
    details: { provider: account.provider },
  });
};

/**
 * Connects a mailbox that is signed in to with passwords: tries it, stores it with its passwords encrypted, and has it
 * read. Throws what is wrong with the sign-in, and `accounts.exists`.
 */
export const connectMailbox = async (ports: ConnectPorts, r: ConnectRequest): Promise<Connected> => {
  providerOf(ports, r.provider);
  const health = r.test ? await tryMailbox(ports, { ...r, accountId: ports.newId() }) : null;
  const account = await ports.signIns.credentials.storing(async (tx, sealer) => {
    const placed = await placeAccount(tx, { newId: ports.newId, now: ports.clock.now() }, r);
    await store(sealer, placed, r.secrets);
    await noteSignIn(tx, { id: placed.id, now: ports.clock.now() });
    await begin(ports, tx, { account: placed, by: r.by, action: 'account.connect' });
    crashpoint('connect.stored');
    return placed;
  });
  return { account, health };
};

/** What an account has; without those that can't be read any more, which are to be replaced. */
const storedSecrets = async (ports: ConnectPorts, accountId: string): Promise<Record<string, string>> => {
  const secrets: Record<string, string> = {};
  for (const field of await credentialFields(ports.db, accountId)) {
    const found = await ports.signIns.credentials.read(accountId, field).catch((e: unknown) => {
      if (isAppError(e)) return undefined;
      throw e;
    });
    if (found) secrets[field] = found.value;
  }
  return secrets;
};

export interface NewSecretsRequest extends By {
  userId: string;
  accountId: string;
  secrets: ConnectRequest['secrets'];
  /** New settings; those that it has when left out. */
  config?: unknown;
  test: boolean;
}

/** Gives an account other passwords, and has it go on where it stopped. Throws what is wrong with them. */
export const renewSecrets = async (ports: ConnectPorts, r: NewSecretsRequest): Promise<Connected> => {
  const before = await getAccount(ports.db, r.userId, r.accountId);
  refuseRemoved(before);
  const { id: accountId, userId, provider, email } = before;
  const config = r.config ?? before.config;
  const secrets = { ...(await storedSecrets(ports, accountId)), ...r.secrets };
  const trying = { accountId, userId, provider, email, config, secrets };
  const health = r.test ? await tryMailbox(ports, trying) : null;
  const account = await ports.signIns.credentials.storing(async (tx, sealer) => {
    const now = ports.clock.now();
    const current = await lockOwnAccount(tx, userId, accountId);
    refuseRemoved(current);
    await store(sealer, current, r.secrets);
    await noteSignIn(tx, { id: accountId, now });
    await changeSettings(tx, { id: accountId, config, now });
    await setAccountStatus(tx, { id: accountId, status: 'active', reason: null, now });
    await begin(ports, tx, { account: current, by: r.by, action: 'account.sign-in' });
    crashpoint('connect.renewed');
    return getAccount(tx, userId, accountId);
  });
  await providerOf(ports, provider).forget(accountId);
  return { account, health };
};
