import { NO_SIGN_IN, type SignIn } from '#mail/port.ts';
import type { Account } from './account.ts';
import type { Credentials } from './credentials.ts';
import type { TokenKeeper } from './tokens.ts';

/** What a provider signs in with for an account: read and decrypted when it is asked for. */
export const signInOf =
  ({ credentials, tokens }: { credentials: Credentials; tokens: TokenKeeper }) =>
  (account: Account): SignIn => ({
    secret: async (field) => (await credentials.read(account.id, field))?.value ?? NO_SIGN_IN.secret(field),
    accessToken: (refused) => tokens.accessToken(account, { refused }),
  });
