import { existsSync } from 'node:fs';
import { type Account, isRemoved } from '#accounts/account.ts';
import { credentialFields, keyIdInUse } from '#accounts/credential-store.ts';
import { type Credentials, credentialsOf } from '#accounts/credentials.ts';
import { configuredKeys } from '#accounts/encryption-keys.ts';
import { googleClient, googleScopes, googleServer } from '#accounts/google-client.ts';
import { gmailAddress } from '#accounts/google-profile.ts';
import { refreshTokens, type Tokens } from '#accounts/oauth.ts';
import { listAccounts } from '#accounts/store.ts';
import { REFRESH_TOKEN } from '#accounts/tokens.ts';
import type { Db } from '#db/db.ts';
import { currentVersion } from '#db/migrate.ts';
import { MIGRATIONS } from '#db/migrations/catalog.ts';
import { engineOf, openDatabase } from '#db/open.ts';
import { AppError } from '#std/errors.ts';
import { systemRandom } from '#std/random.ts';
import { toMs } from '#std/time.ts';
import type { Check, Examined, Finding } from './check.ts';

type Found = Omit<Finding, 'name'>;

const DAY_MS = 86_400_000;
/** Before its end a sign-in is told of for so long. */
const ENDS_SOON_MS = 2 * DAY_MS;

const isMissing = (url: string): boolean =>
  engineOf(url) === 'embedded' && url !== ':memory:' && !existsSync(url.replace(/^file:/, ''));

interface Looking {
  o: Examined;
  db: Db;
  credentials: Credentials;
}

/** Everything is encrypted with a key that must be here. */
const keyFinding = async ({ db, credentials }: Looking): Promise<Found[]> => {
  const { keys } = credentials;
  const id = await keyIdInUse(db);
  if (id === undefined || (await keys.find(id))) return [];
  return [
    {
      state: 'fail',
      says: `The stored sign-ins are encrypted with another key than ${keys.title} gives.`,
      cure: `${keys.cure} Without it every account has to sign in again.`,
    },
  ];
};

const told = (account: Account, e: unknown): Found => {
  if (!(e instanceof AppError)) throw e;
  const says = `${account.email}: ${e.message}.`;
  const state = e.kind === 'transient' ? 'warn' : 'fail';
  return { state, says, ...(e.help === undefined ? {} : { cure: e.help }) };
};

const reauthorize = (account: Account): string => `ashford accounts reauthorize ${account.id}`;

/** The days of a project in testing are known only where Google says them. */
const endFindings = ({ o }: Looking, account: Account): Found[] => {
  const { endsAt } = account.state.signIn ?? {};
  if (endsAt === undefined) return [];
  const soon = toMs(endsAt) - o.clock.ms() < ENDS_SOON_MS;
  return [
    {
      state: soon ? 'warn' : 'ok',
      says: `${account.email}: the sign-in ends on ${endsAt.slice(0, 10)}, as it does after 7 days while the Google project is in testing.`,
      cure: `Publish the project ("In production") on console.cloud.google.com, then: ${reauthorize(account)}`,
    },
  ];
};

const clockFindings = ({ clockOffMs }: Tokens): Found[] =>
  clockOffMs === 0
    ? []
    : [
        {
          state: 'warn',
          says: `The clock of this machine is ${Math.round(Math.abs(clockOffMs) / 60_000)} minutes ${clockOffMs > 0 ? 'ahead of' : 'behind'} Google's.`,
          cure: 'Set the clock, best by NTP: sign-ins fail when it is wrong.',
        },
      ];

const scopeFindings = ({ o }: Looking, account: Account, tokens: Tokens): Found[] => {
  const granted = tokens.scopes ?? account.state.signIn?.scopes;
  const missing = granted ? googleScopes(o.config).filter((one) => !granted.includes(one)) : [];
  if (missing.length === 0) return [];
  return [
    {
      state: 'warn',
      says: `${account.email}: the sign-in does not cover what the settings ask for (${missing.join(', ')}).`,
      cure: `${reauthorize(account)}, or set gmail.access and gmail.use_pubsub to what was granted.`,
    },
  ];
};

const ageText = ({ o }: Looking, { state }: Account): string => {
  if (!state.signIn) return '';
  const days = Math.floor((o.clock.ms() - toMs(state.signIn.at)) / DAY_MS);
  return days < 1 ? ' It was made within the last day.' : ` It is ${days} day${days === 1 ? '' : 's'} old.`;
};

/** Really signs in: Google is asked for a token, which is thrown away, and Gmail whose mailbox it opens. */
const googleFindings = async (looking: Looking, account: Account): Promise<Found[]> => {
  const { o, credentials } = looking;
  const { config, clock } = o;
  const token = await credentials.read(account.id, REFRESH_TOKEN);
  if (!token)
    throw new AppError('needs-user', 'accounts.no-sign-in', 'There is no sign-in', {
      help: reauthorize(account),
    });
  const oauth = { clock, server: googleServer(config), client: googleClient(config) };
  const tokens = await refreshTokens(oauth, token.value);
  const address = await gmailAddress({ clock, config }, tokens.accessToken);
  const more = [
    ...scopeFindings(looking, account, tokens),
    ...clockFindings(tokens),
    ...endFindings(looking, account),
  ];
  if (address.toLowerCase() !== account.email.toLowerCase()) {
    const says = `${account.email}: the sign-in opens the mailbox of ${address}.`;
    return [{ state: 'fail', says, cure: reauthorize(account) }, ...more];
  }
  return [
    { state: 'ok', says: `${account.email}: Google accepts the sign-in.${ageText(looking, account)}` },
    ...more,
  ];
};

const passwordFindings = async ({ db, credentials }: Looking, account: Account): Promise<Found[]> => {
  const fields = await credentialFields(db, account.id);
  for (const field of fields) await credentials.read(account.id, field);
  if (fields.length === 0) return [];
  const says = `${account.email}: its sign-in is stored, and can be read. \`ashford accounts test ${account.id}\` tries it.`;
  return [{ state: 'ok', says }];
};

const ofAccount = async (looking: Looking, account: Account): Promise<Found[]> => {
  try {
    const look = account.provider === 'gmail' ? googleFindings : passwordFindings;
    return await look(looking, account);
  } catch (e) {
    return [told(account, e)];
  }
};

/**
 * Whether each account can sign in, and if not, why and what to do. What became of accounts that are stopped, the check of
 * the database says. Changes nothing.
 */
export const signIns: Check = {
  name: 'sign-ins',
  examine: async (o) => {
    const { database: url, database_auth_token } = o.config.paths;
    if (isMissing(url)) return [];
    const { clock } = o;
    const authToken = database_auth_token?.reveal();
    const db = await openDatabase({ url, authToken, clock, random: systemRandom });
    try {
      const version = await currentVersion(db).catch(() => 0);
      // What is to say about that, the database's own check says.
      if (version !== MIGRATIONS.at(-1)?.id) return [];
      const keys = configuredKeys(o.config, { clock, random: systemRandom, platform: process.platform });
      const looking: Looking = {
        o,
        db,
        credentials: credentialsOf({ db, clock, random: systemRandom, keys }),
      };
      const missing = await keyFinding(looking);
      if (missing.length > 0) return missing;
      const found: Found[] = [];
      for (const account of await listAccounts(db)) {
        if (!isRemoved(account) && account.status !== 'paused')
          found.push(...(await ofAccount(looking, account)));
      }
      return found;
    } finally {
      await db.close();
    }
  },
};
