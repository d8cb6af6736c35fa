import { type Account, isRemoved, type SignInFacts } from '#accounts/account.ts';
import type { Db } from '#db/db.ts';
import type { KeptCounts } from '#http/kept-counts.ts';
import type { AccountFigures, AccountView } from '#http/shapes/account.ts';
import { accountStatus } from '#ingest/account-status.ts';
import type { MailProvider } from '#mail/port.ts';
import type { Clock } from '#std/clock.ts';
import { accountView } from './account-view.ts';

/** The servers, which only an IMAP account has; its passwords are kept elsewhere. */
const settingsOf = ({ provider, config }: Account): AccountFigures['settings'] =>
  provider === 'imap' ? (config as Record<string, unknown>) : null;

/** What telling of an account needs of the program. */
export interface FigurePorts {
  db: Db;
  clock: Clock;
  providers: readonly MailProvider[];
}

/** From the most to the least that Google grants. */
const ACCESS: readonly [scope: string, words: string][] = [
  ['https://mail.google.com/', 'it may do everything, deleting for good too'],
  ['https://www.googleapis.com/auth/gmail.modify', 'it may read, change and send'],
  ['https://www.googleapis.com/auth/gmail.readonly', 'it may only read'],
];

const signInView = (facts: SignInFacts | undefined): AccountFigures['signIn'] => {
  if (!facts) return null;
  const { at, scopes, endsAt } = facts;
  return {
    kind: scopes === undefined ? 'password' : 'oauth',
    since: at,
    access: ACCESS.find(([scope]) => scopes?.includes(scope))?.[1] ?? null,
    endsAt: endsAt ?? null,
    endsBecause:
      endsAt === undefined
        ? null
        : 'The Google project is in Testing, whose sign-ins end after seven days: publish it, then sign in again.',
  };
};

const figuresOf = async (app: FigurePorts, account: Account, kept: KeptCounts): Promise<AccountFigures> => {
  const { id, state } = account;
  const provider = app.providers.find((p) => p.kind === account.provider);
  const { ledger, lag, gapSince, lastMailAt, troubles } = await kept(`account ${id}`, () =>
    accountStatus(app, account),
  );
  return {
    ledger,
    lag,
    gapSince,
    lastMailAt,
    troubles: isRemoved(account) ? [] : troubles,
    watch: state.watch ?? null,
    quota: (await provider?.usage?.(id)) ?? null,
    signIn: signInView(state.signIn),
    settings: settingsOf(account),
    connectedAt: account.createdAt,
  };
};

/** An account with everything that its page shows. */
export const accountDetail = async (
  app: FigurePorts,
  account: Account,
  kept: KeptCounts,
): Promise<AccountView> => ({
  ...(await accountView(app, account)),
  figures: await figuresOf(app, account, kept),
});
