import { TOKEN_ANSWER_BYTES, TOKEN_CALL_MS } from '#config/limits-sign-in.ts';
import type { Clock } from '#std/clock.ts';
import { AppError } from '#std/errors.ts';
import type { GoogleConfig } from './google-client.ts';

interface Ports {
  clock: Clock;
  config: GoogleConfig;
}

const away = (cause?: unknown): AppError =>
  new AppError('transient', 'accounts.no-profile', 'Gmail did not say whose mailbox it is', {
    help: 'Try again in a moment. Is this machine connected to the internet?',
    cause,
  });

const apiDisabled = (): AppError =>
  new AppError('needs-user', 'mail.api-disabled', 'The Gmail API is turned off for the Google project', {
    help: 'Open console.cloud.google.com, choose the project of your OAuth client, and enable the Gmail API under "APIs & Services" → "Library". It takes a few minutes.',
  });

const refused = (status: number, reason: string): AppError => {
  if (reason === 'accessNotConfigured' || reason === 'SERVICE_DISABLED') return apiDisabled();
  if (status === 403 && reason === 'domainPolicy') {
    return new AppError(
      'needs-user',
      'mail.domain-policy',
      'The administrators of this domain do not allow the program',
      {
        help: 'Ask an administrator to allow the OAuth client, or to turn on the Gmail API, for your organization.',
      },
    );
  }
  return new AppError('needs-user', 'mail.sign-in-refused', `Gmail does not accept the sign-in (${status})`, {
    help: 'Sign in again on the accounts page and leave every box ticked.',
  });
};

const reasonOf = (text: string): string => {
  try {
    const { error } = JSON.parse(text) as { error?: { errors?: { reason?: unknown }[] } };
    return String(error?.errors?.[0]?.reason ?? '');
  } catch {
    return '';
  }
};

const textOf = async (answer: Response): Promise<string> => {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of answer.body ?? []) {
    size += part.length;
    if (size > TOKEN_ANSWER_BYTES) throw away();
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
};

const ask = async (
  { clock, config }: Ports,
  accessToken: string,
): Promise<{ status: number; text: string }> => {
  const abort = new AbortController();
  const cancel = clock.after(TOKEN_CALL_MS, () => abort.abort());
  try {
    const answer = await fetch(`${config.endpoints.gmail}/gmail/v1/users/me/profile`, {
      headers: { authorization: `Bearer ${accessToken}` },
      redirect: 'error',
      signal: abort.signal,
    });
    return { status: answer.status, text: await textOf(answer) };
  } catch (e) {
    throw e instanceof AppError ? e : away(e);
  } finally {
    cancel();
  }
};

/**
 * Whose mailbox an access token opens: users.getProfile, which every scope that we ask for allows, so that no further one is
 * needed. Throws `mail.api-disabled`, `mail.domain-policy` and `mail.sign-in-refused` (needs-user), and `transient`.
 */
export const gmailAddress = async (ports: Ports, accessToken: string): Promise<string> => {
  const { status, text } = await ask(ports, accessToken);
  if (status === 429 || status >= 500) throw away();
  if (status !== 200) throw refused(status, reasonOf(text));
  try {
    const { emailAddress } = JSON.parse(text) as { emailAddress?: unknown };
    if (typeof emailAddress === 'string' && emailAddress.includes('@')) return emailAddress;
  } catch {
    // Told below.
  }
  throw away();
};
