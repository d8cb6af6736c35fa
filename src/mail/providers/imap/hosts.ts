import type { ImapSettings, ServerAddress } from './settings.ts';

/** A mail provider whose servers are known. */
export interface WellKnownHost {
  name: string;
  /** Of the addresses that it gives out. */
  domains: readonly string[];
  imap: ServerAddress;
  smtp: ServerAddress;
  /** What its user names are; the whole address when it is not said. */
  userOf?: 'local';
  sentCopy?: NonNullable<ImapSettings['sentCopy']>;
  /** What a person must do before the sign-in works. */
  hint?: string;
}

const tls = (host: string, port: number): ServerAddress => ({ host, port, security: 'tls' });
const startTls = (host: string, port = 587): ServerAddress => ({ host, port, security: 'starttls' });

export const WELL_KNOWN_HOSTS: readonly WellKnownHost[] = [
  {
    name: 'Gmail',
    domains: ['gmail.com', 'googlemail.com'],
    imap: tls('imap.gmail.com', 993),
    smtp: tls('smtp.gmail.com', 465),
    sentCopy: 'server-files-it',
    hint: 'Gmail takes an app password only: turn on 2-Step Verification, make one at myaccount.google.com/apppasswords, and use it here.',
  },
  {
    name: 'Fastmail',
    domains: [
      'fastmail.com',
      'fastmail.fm',
      'fastmail.net',
      'fastmail.org',
      'sent.com',
      'messagingengine.com',
    ],
    imap: tls('imap.fastmail.com', 993),
    smtp: tls('smtp.fastmail.com', 465),
    hint: 'Fastmail takes an app password only: make one under Settings, Privacy & Security, Integrations, with access to mail.',
  },
  {
    name: 'iCloud',
    domains: ['icloud.com', 'me.com', 'mac.com'],
    imap: tls('imap.mail.me.com', 993),
    smtp: startTls('smtp.mail.me.com'),
    hint: 'iCloud takes an app-specific password only: make one at account.apple.com under Sign-In and Security.',
  },
  {
    name: 'Proton Mail Bridge',
    domains: ['proton.me', 'protonmail.com', 'protonmail.ch', 'pm.me'],
    imap: { host: '127.0.0.1', port: 1143, security: 'starttls' },
    smtp: { host: '127.0.0.1', port: 1025, security: 'starttls' },
    sentCopy: 'server-files-it',
    hint: 'Proton Mail is read through Proton Mail Bridge on this machine: use the password that Bridge shows, and give its certificate as imap.ca_file.',
  },
  {
    name: 'Yahoo',
    domains: ['yahoo.com', 'yahoo.co.uk', 'yahoo.de', 'yahoo.fr', 'ymail.com', 'rocketmail.com'],
    imap: tls('imap.mail.yahoo.com', 993),
    smtp: tls('smtp.mail.yahoo.com', 465),
    sentCopy: 'server-files-it',
    hint: 'Yahoo takes an app password only: make one under Account Security.',
  },
  {
    name: 'AOL',
    domains: ['aol.com'],
    imap: tls('imap.aol.com', 993),
    smtp: tls('smtp.aol.com', 465),
    sentCopy: 'server-files-it',
    hint: 'AOL takes an app password only: make one under Account Security.',
  },
  {
    name: 'GMX',
    domains: ['gmx.net', 'gmx.de', 'gmx.at', 'gmx.ch'],
    imap: tls('imap.gmx.net', 993),
    smtp: tls('mail.gmx.net', 465),
    hint: 'Allow access over POP3 and IMAP in the settings of GMX first; with two-factor sign-in, make an app password there.',
  },
  {
    name: 'GMX',
    domains: ['gmx.com', 'gmx.us'],
    imap: tls('imap.gmx.com', 993),
    smtp: tls('mail.gmx.com', 465),
    hint: 'Allow access over POP3 and IMAP in the settings of GMX first.',
  },
  {
    name: 'WEB.DE',
    domains: ['web.de'],
    imap: tls('imap.web.de', 993),
    smtp: startTls('smtp.web.de'),
    hint: 'Allow access over POP3 and IMAP in the settings of WEB.DE first; with two-factor sign-in, make an app password there.',
  },
  {
    name: 'mailbox.org',
    domains: ['mailbox.org'],
    imap: tls('imap.mailbox.org', 993),
    smtp: tls('smtp.mailbox.org', 465),
  },
  {
    name: 'Posteo',
    domains: ['posteo.de', 'posteo.net'],
    imap: tls('posteo.de', 993),
    smtp: tls('posteo.de', 465),
  },
  {
    name: 'Zoho',
    domains: ['zoho.com', 'zohomail.com'],
    imap: tls('imap.zoho.com', 993),
    smtp: tls('smtp.zoho.com', 465),
    sentCopy: 'server-files-it',
    hint: 'Allow IMAP access in the settings of Zoho Mail first; with two-factor sign-in, make an app password there.',
  },
  {
    name: 'Outlook.com',
    domains: ['outlook.com', 'hotmail.com', 'live.com', 'msn.com'],
    imap: tls('outlook.office365.com', 993),
    smtp: startTls('smtp-mail.outlook.com'),
    sentCopy: 'server-files-it',
    hint: 'Microsoft no longer takes passwords over IMAP for these addresses, so the sign-in will be refused. Forward the mail to another mailbox, or keep it out of Ashford.',
  },
];
