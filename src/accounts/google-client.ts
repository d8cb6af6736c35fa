import { readFileSync } from 'node:fs';
import { isLoopbackHost } from '#config/checks.ts';
import type { Config } from '#config/config.ts';
import { CLIENT_FILE_BYTES } from '#config/limits-sign-in.ts';
import { AppError } from '#std/errors.ts';
import type { OAuthClient, OAuthServer } from './oauth.ts';

export type GoogleConfig = Pick<Config, 'gmail' | 'endpoints'>;

const HOW =
  'On console.cloud.google.com, under "APIs & Services" → "Credentials", make an OAuth client of the type "Desktop app", download its JSON and name that file as gmail.credentials_path, or set gmail.client_id and gmail.client_secret.';

const noClient = (): AppError =>
  new AppError('needs-user', 'accounts.no-client', 'There is no Google client to sign in with', {
    help: HOW,
  });

const badFile = (path: string, why: string): AppError =>
  new AppError('needs-user', 'accounts.client-file', `The file of the Google client, ${path}, ${why}`, {
    help: HOW,
  });

const wrongType = (what: string, help: string): AppError =>
  new AppError(
    'needs-user',
    'accounts.client-type',
    `The Google client is ${what}, which can't sign in from here`,
    {
      help,
    },
  );

interface ClientFile {
  installed?: ClientPart;
  web?: ClientPart;
  type?: unknown;
}

interface ClientPart {
  client_id?: unknown;
  client_secret?: unknown;
  redirect_uris?: unknown;
}

const readClientFile = (path: string): ClientFile => {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    throw badFile(path, "can't be read");
  }
  if (text.length > CLIENT_FILE_BYTES) throw badFile(path, 'is too long to be one');
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as ClientFile;
  } catch {
    // Told below.
  }
  throw badFile(path, 'is not JSON');
};

const clientOf = (path: string, part: ClientPart): OAuthClient => {
  const { client_id: id, client_secret: secret } = part;
  if (typeof id !== 'string' || id === '') throw badFile(path, 'names no client_id');
  return { id, secret: typeof secret === 'string' && secret !== '' ? secret : undefined };
};

/**
 * The OAuth client of the settings. A desktop client is taken only for a redirect to the machine of the browser, a web
 * client only for one that is registered with it; without
 * `redirectUri`, for tokens that it was given, any is. Throws `accounts.no-client`, `accounts.client-file` and
 * `accounts.client-type`, all `needs-user`.
 */
export const googleClient = ({ gmail }: GoogleConfig, redirectUri?: string): OAuthClient => {
  if (gmail.client_id !== undefined) {
    return { id: gmail.client_id, secret: gmail.client_secret?.reveal() };
  }
  if (gmail.credentials_path === undefined) throw noClient();
  const path = gmail.credentials_path;
  const file = readClientFile(path);
  if (file.installed) {
    if (redirectUri !== undefined && !isLoopbackHost(new URL(redirectUri).hostname)) {
      throw wrongType(
        'of the type "Desktop app"',
        `Google sends people of such a client back to the machine of the browser only. Run \`ashford accounts add gmail --no-browser\` on the server, or make a client of the type "Web application" with the redirect URI ${redirectUri}, and name its JSON as gmail.credentials_path.`,
      );
    }
    return clientOf(path, file.installed);
  }
  if (file.type === 'service_account') {
    throw wrongType('a service account', `A service account has no mailbox of its own. ${HOW}`);
  }
  if (!file.web) throw badFile(path, 'is not one that Google gave for an OAuth client');
  const registered = Array.isArray(file.web.redirect_uris) ? file.web.redirect_uris : [];
  if (redirectUri !== undefined && !registered.includes(redirectUri)) {
    throw wrongType(
      'of the type "Web application"',
      `${HOW} Or add ${redirectUri} to the redirect URIs of this one, and download its JSON again.`,
    );
  }
  return clientOf(path, file.web);
};

export const googleServer = ({ endpoints }: GoogleConfig): OAuthServer => ({
  name: 'Google',
  authorize: endpoints.google_auth,
  token: endpoints.google_token,
  revoke: endpoints.google_revoke,
});

const MAIL_SCOPE: Readonly<Record<Config['gmail']['access'], string>> = {
  watch_only: 'https://www.googleapis.com/auth/gmail.readonly',
  normal: 'https://www.googleapis.com/auth/gmail.modify',
  full: 'https://mail.google.com/',
};

/** What Google is asked for: no more than the settings need. */
export const googleScopes = ({ gmail }: GoogleConfig): string[] => [
  MAIL_SCOPE[gmail.access],
  ...(gmail.use_pubsub ? ['https://www.googleapis.com/auth/pubsub'] : []),
];
