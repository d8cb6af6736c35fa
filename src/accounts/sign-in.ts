import { createHash } from 'node:crypto';
import { newToken } from '#access/secret-token.ts';
import { recordActivity } from '#activity/store.ts';
import { SIGN_IN_MS } from '#config/limits-sign-in.ts';
import type { Tx } from '#db/db.ts';
import type { OauthSignInRow } from '#db/provider-tables.ts';
import type { Queue } from '#queue/queue.ts';
import { crashpoint } from '#std/crashpoint.ts';
import { AppError } from '#std/errors.ts';
import type { Random } from '#std/random.ts';
import { toInstant } from '#std/time.ts';
import { type Account, isRemoved, type SignInFacts } from './account.ts';
import { placeAccount } from './connect-store.ts';
import { deleteSignInsBefore, insertSignIn, takeSignIn } from './credential-store.ts';
import type { Credentials } from './credentials.ts';
import { type GoogleConfig, googleClient, googleScopes, googleServer } from './google-client.ts';
import { gmailAddress } from './google-profile.ts';
import { consentUrl, exchangeCode, type OAuthPorts, revokeToken, type Tokens } from './oauth.ts';
import { refuseRemoved } from './removed.ts';
import { signInPlace } from './sign-in-place.ts';
import type { StopPorts } from './stop.ts';
import { findAccountByEmail, getAccount, mergeAccountState, setAccountStatus } from './store.ts';
import { ACCESS_TOKEN, REFRESH_TOKEN, storedToken, type TokenKeeper } from './tokens.ts';

/** What signing in to Google needs of the program. */
export interface SignInPorts extends StopPorts {
  random: Random;
  config: GoogleConfig;
  credentials: Credentials;
  tokens: TokenKeeper;
  queue: Pick<Queue, 'wake'>;
  /** Has the mailbox read, and all go on that waited for it, as part of this transaction. */
  goOn(tx: Tx, account: Account): Promise<void>;
}

const PROVIDER = 'gmail';

const hashOf = (state: string): string => createHash('sha256').update(state).digest('hex');

export interface SignInRequest {
  userId: string;
  /** Of an account that signs in again; a new one when left out. */
  accountId?: string | undefined;
  /** Where Google sends the person back to. */
  redirectUri: string;
}

/**
 * Begins a sign-in: the address that a person opens to say yes, and what it is known by when they come back. Throws what is
 * wrong with the client of the settings, `accounts.unknown`, `accounts.removed` and `accounts.wrong-provider`.
 */
export const beginSignIn = async (
  ports: SignInPorts,
  { userId, accountId, redirectUri }: SignInRequest,
): Promise<{ url: string; state: string }> => {
  const client = googleClient(ports.config, redirectUri);
  const account = accountId === undefined ? undefined : await signedInBefore(ports, userId, accountId);
  const [state, verifier] = [newToken(ports.random), newToken(ports.random)];
  const scopes = googleScopes(ports.config);
  const nowMs = ports.clock.ms();
  await ports.credentials.storing(async (tx, sealer) => {
    const stateHash = hashOf(state);
    const { keyId, nonce, ciphertext } = sealer.seal(verifier, signInPlace(stateHash));
    await deleteSignInsBefore(tx, toInstant(nowMs));
    await insertSignIn(tx, {
      state_hash: stateHash,
      user_id: userId,
      account_id: account?.id ?? null,
      provider: PROVIDER,
      key_id: keyId,
      nonce,
      verifier: ciphertext,
      redirect_uri: redirectUri,
      scopes: scopes.join(' '),
      created_at: toInstant(nowMs),
      expires_at: toInstant(nowMs + SIGN_IN_MS),
    });
  });
  const server = googleServer(ports.config);
  const url = await consentUrl(
    { server, client },
    { redirectUri, state, verifier, scopes, email: account?.email },
  );
  return { url, state };
};

const signedInBefore = async (ports: SignInPorts, userId: string, accountId: string): Promise<Account> => {
  const account = await getAccount(ports.db, userId, accountId);
  if (account.provider !== PROVIDER) {
    throw new AppError('input', 'accounts.wrong-provider', 'This account does not sign in to Google', {
      help: 'Give it its password anew on the accounts page.',
    });
  }
  refuseRemoved(account);
  return account;
};

export interface SignInAnswer {
  state: string;
  /** One of the two. */
  code?: string | undefined;
  error?: string | undefined;
  /** From where it was begun, for the audit log. */
  channel?: string;
}

/**
 * Ends a sign-in with what Google sent the person back with: the account with its credentials and its first sync are one
 * transaction. Whatever waited for the account goes on at once. Each state works once. A consent that nothing comes of is not
 * given back: with Google that would end every sign-in of the same person and client. Throws `accounts.sign-in-over`,
 * `accounts.consent-refused`, `accounts.scopes-missing`, `accounts.other-address` and what the provider says.
 */
export const finishSignIn = async (ports: SignInPorts, answer: SignInAnswer): Promise<Account> => {
  const begun = await take(ports, answer.state);
  if (answer.code === undefined) throw refusedBy(answer.error ?? 'no code');
  const verifier = await ports.credentials.open(
    { keyId: begun.key_id, nonce: begun.nonce, ciphertext: begun.verifier },
    signInPlace(begun.state_hash),
  );
  const oauth = oauthPorts(ports, begun.redirect_uri);
  const { code, state } = answer;
  const tokens = await exchangeCode(oauth, { code, state, redirectUri: begun.redirect_uri, verifier }).catch(
    asCode,
  );
  crashpoint('sign-in.exchanged');
  checkScopes(begun.scopes.split(' '), tokens.scopes);
  const { refreshToken } = tokens;
  if (refreshToken === undefined) throw noRefreshToken();
  const email = await gmailAddress(ports, tokens.accessToken);
  const wanted =
    begun.account_id === null ? undefined : await getAccount(ports.db, begun.user_id, begun.account_id);
  if (wanted && wanted.email.toLowerCase() !== email.toLowerCase()) throw otherAddress();
  const account = await store(ports, {
    begun,
    email: wanted?.email ?? email,
    tokens: { ...tokens, refreshToken },
    channel: answer.channel ?? 'web',
  });
  crashpoint('sign-in.stored');
  ports.tokens.forget(account.id);
  return account;
};

const oauthPorts = (
  { clock, config }: Pick<SignInPorts, 'clock' | 'config'>,
  redirectUri?: string,
): OAuthPorts => ({
  clock,
  server: googleServer(config),
  client: googleClient(config, redirectUri),
});

const take = async ({ db, clock }: SignInPorts, state: string): Promise<OauthSignInRow> => {
  const begun = await db.write((tx) => takeSignIn(tx, hashOf(state)));
  if (begun && begun.expires_at > clock.now()) return begun;
  throw new AppError('input', 'accounts.sign-in-over', 'This sign-in is over, or was used before', {
    help: 'Begin again: each one works once, within ten minutes.',
  });
};

/** RFC 6749 §4.1.2.1. */
const refusedBy = (error: string): AppError =>
  error === 'access_denied'
    ? new AppError('input', 'accounts.consent-refused', 'Google was told no', {
        help: 'Begin again and press "Continue". If Google shows "Access blocked", add your address to the test users of the project, or publish it.',
      })
    : new AppError(
        'input',
        'accounts.sign-in-failed',
        `Google ended the sign-in (${error.replaceAll(/[^\w.-]/g, ' ').slice(0, 60)})`,
        {
          help: 'Begin again. `ashford doctor` looks at the OAuth client.',
        },
      );

/** A code that is refused is no consent that is gone: there was none yet. */
const asCode = (e: unknown): never => {
  if (e instanceof AppError && e.code === 'accounts.consent-gone') {
    throw new AppError('input', 'accounts.code-refused', 'Google does not know this sign-in any more', {
      help: 'Begin again: each one works once, within a few minutes. Is the clock of this machine right?',
      fields: e.fields,
    });
  }
  throw e;
};

const checkScopes = (asked: readonly string[], granted: readonly string[] | undefined): void => {
  // RFC 6749 §5.1: a server that granted what was asked for need not say so.
  const missing = granted === undefined ? [] : asked.filter((one) => !granted.includes(one));
  if (missing.length === 0) return;
  throw new AppError('input', 'accounts.scopes-missing', 'Not everything that was asked for was allowed', {
    help: 'Begin again and leave every box ticked; gmail.access in the settings says how much is asked for.',
    fields: { missing: missing.join(' ') },
  });
};

const noRefreshToken = (): AppError =>
  new AppError('input', 'accounts.no-refresh-token', 'Google gave no lasting sign-in', {
    help: 'Open myaccount.google.com/connections, remove Ashford there, and begin again.',
  });

const otherAddress = (): AppError =>
  new AppError('conflict', 'accounts.other-address', 'That is another mailbox than the one of this account', {
    help: 'Begin again and choose the same address at Google, or add the other mailbox as an account of its own.',
  });

interface Storing {
  begun: OauthSignInRow;
  email: string;
  tokens: Tokens & { refreshToken: string };
  channel: string;
}

const store = (ports: SignInPorts, s: Storing): Promise<Account> =>
  ports.credentials.storing(async (tx, sealer) => {
    const { begun, email, tokens, channel } = s;
    const now = ports.clock.now();
    const userId = begun.user_id;
    const key = { userId, provider: PROVIDER, email };
    const known = await findAccountByEmail(tx, key);
    const isNew = !known || isRemoved(known);
    const { id } = isNew
      ? await placeAccount(tx, { newId: ports.newId, now }, { ...key, displayName: email })
      : known;
    await setAccountStatus(tx, { id, status: 'active', reason: null, now });
    const signIn: SignInFacts = {
      at: now,
      scopes: tokens.scopes ?? begun.scopes.split(' '),
      tokenEndsAt: toInstant(tokens.endsMs),
      ...(tokens.refreshEndsMs === undefined ? {} : { endsAt: toInstant(tokens.refreshEndsMs) }),
    };
    await mergeAccountState(tx, { id, part: { signIn }, now });
    await sealer.put({ accountId: id, userId, field: REFRESH_TOKEN, value: tokens.refreshToken });
    await sealer.put({ accountId: id, userId, field: ACCESS_TOKEN, value: storedToken(tokens) });
    const account = await getAccount(tx, userId, id);
    await ports.goOn(tx, account);
    await recordActivity(ports, tx, {
      userId,
      actor: `user:${userId}`,
      channel,
      action: isNew ? 'account.connect' : 'account.sign-in',
      subjectType: 'account',
      subjectId: id,
      details: { provider: PROVIDER },
    });
    tx.afterCommit(() => ports.live.tell('accounts', 'jobs'));
    return account;
  });

/**
 * Gives the consent of an account back to Google. Nothing happens for an account that has none, or whose client is no
 * longer known. Throws `transient` when Google can't be asked.
 */
export const revokeSignIn = async (ports: SignInPorts, accountId: string): Promise<void> => {
  ports.tokens.forget(accountId);
  const token = await ports.credentials.read(accountId, REFRESH_TOKEN).catch(unlessTransient);
  if (!token) return;
  const giveBack = async (): Promise<void> => revokeToken(oauthPorts(ports), token.value);
  await giveBack().catch(unlessTransient);
};

/** What can't be read, or no client is there for, can't be given back either. */
const unlessTransient = (e: unknown): undefined => {
  if (e instanceof AppError && e.kind !== 'transient') return undefined;
  throw e;
};
