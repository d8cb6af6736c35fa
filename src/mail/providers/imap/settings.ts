import { isIP } from 'node:net';
import { z } from 'zod';
import { AppError } from '#std/errors.ts';
import { WELL_KNOWN_HOSTS } from './hosts.ts';

const SECURITY = ['tls', 'starttls', 'none'] as const;

const HOST = /^(?:[\w-]+(?:\.[\w-]+)*\.?|[\da-f:.]+)$/i;

const server = z
  .strictObject({
    host: z
      .string()
      .max(253)
      .regex(HOST, 'must be the name or address of a server, such as imap.example.com')
      .describe('Name or address of the server.'),
    port: z.int().min(1).max(65_535).describe('Its port.'),
    security: z
      .enum(SECURITY)
      .describe('tls: from the first byte. starttls: before the sign-in. none: on this machine only.'),
  })
  .refine((s) => s.security !== 'none' || isLoopback(s.host), {
    message: 'a server on another machine must be spoken to with TLS',
    path: ['security'],
  });

/** What an account says of its servers; `accounts.config_json`. The passwords are kept apart, encrypted. */
export const imapSettingsSchema = z.object({
  imap: server,
  smtp: server.nullable().describe('null: the account does not send.'),
  username: z.string().min(1).max(320).describe('What one signs in with, mostly the address.'),
  sentCopy: z
    .enum(['append', 'server-files-it'])
    .optional()
    .describe('Whether we put a copy of what was sent into Sent, or the server does.'),
  folders: z
    .partialRecord(z.enum(['archive', 'trash', 'spam', 'sent', 'drafts']), z.string().min(1).max(1_000))
    .optional()
    .describe('Paths of folders whose part the server does not tell.'),
});

export type ImapSettings = z.output<typeof imapSettingsSchema>;
export type ServerAddress = ImapSettings['imap'];

/** The settings of an account. Throws `permanent` where they are none. */
export const settingsOf = (config: unknown): ImapSettings => {
  const parsed = imapSettingsSchema.safeParse(config);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const wrong = `${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`;
  throw new AppError('permanent', 'imap.settings', `The servers of the account are not right: ${wrong}`, {
    help: 'Correct what is named there, in the web app or with the options of the command.',
  });
};

export const isLoopback = (host: string): boolean => {
  const plain = host.toLowerCase();
  if (plain === 'localhost' || plain === '::1') return true;
  return isIP(plain) === 4 && plain.startsWith('127.');
};

/** What to offer for an address: the servers of its provider, where we know them, else the names that most choose. */
export const settingsFor = (
  email: string,
): { settings: ImapSettings; known: boolean; hint: string | null } => {
  const domain = email.slice(email.lastIndexOf('@') + 1).toLowerCase();
  const found = WELL_KNOWN_HOSTS.find((h) => h.domains.includes(domain));
  if (found) {
    const { imap, smtp, sentCopy, hint } = found;
    const username = found.userOf === 'local' ? email.slice(0, email.lastIndexOf('@')) : email;
    return {
      settings: { imap, smtp, username, ...(sentCopy && { sentCopy }) },
      known: true,
      hint: hint ?? null,
    };
  }
  return {
    settings: {
      imap: { host: `imap.${domain}`, port: 993, security: 'tls' },
      smtp: { host: `smtp.${domain}`, port: 465, security: 'tls' },
      username: email,
    },
    known: false,
    hint: null,
  };
};

const isAt = (known: ServerAddress, at: ServerAddress): boolean =>
  known.host === at.host.toLowerCase() && (known.port === at.port || !isLoopback(at.host));

/** What to do about a refused password at that server. */
export const passwordHint = (at: ServerAddress): string => {
  const found = WELL_KNOWN_HOSTS.find((h) => isAt(h.imap, at) || isAt(h.smtp, at));
  return found?.hint ?? 'Check the user name and the password; many providers want an app password here.';
};

/** Whether that server files what was sent through it by itself. */
export const filesSentMail = (settings: ImapSettings): boolean => {
  if (settings.sentCopy) return settings.sentCopy === 'server-files-it';
  const { smtp } = settings;
  return (
    smtp !== null && WELL_KNOWN_HOSTS.some((h) => h.sentCopy === 'server-files-it' && isAt(h.smtp, smtp))
  );
};
