import { readFileSync, statSync } from 'node:fs';
import type { Account } from '#accounts/account.ts';
import { createAccount } from '#accounts/store.ts';
import { CREDENTIAL_CHARS } from '#config/limits-sign-in.ts';
import { accountView } from '#http/views/account-view.ts';
import { connectMailbox } from '#ingest/connect.ts';
import type { MailboxHealth } from '#mail/port.ts';
import { type ImapSettings, settingsFor } from '#mail/providers/imap/settings.ts';
import { accountText } from './account-views.ts';
import type { Input } from './command.ts';
import type { CommandContext } from './context.ts';
import { signInElsewhere, signInHere } from './google-sign-in.ts';
import type { Options } from './options.ts';
import type { CliApp } from './program.ts';
import { count, oneLine } from './text.ts';
import { UsageError } from './usage-error.ts';

type Server = ImapSettings['imap'];

const BY = (app: CliApp) => ({ actor: `user:${app.owner.id}`, channel: 'cli' });
const NEXT =
  'A running server brings in its mail by itself. Without one: `ashford start`, or `ashford run --until-idle` once.';

const fromFile = (file: string): string => {
  if (statSync(file).isDirectory())
    throw new UsageError(`${file} is a folder`, 'Name a file that holds the password.');
  return readFileSync(file, 'utf8');
};

/** The password from the file that is named, from what is piped in, or from a person. Never from the command line. */
export const givenPassword = async (context: CommandContext, options: Options): Promise<string> => {
  const file = options.text('passwordFile');
  const { term } = context;
  const text =
    file === '-'
      ? await term.readInput(CREDENTIAL_CHARS)
      : file !== undefined
        ? fromFile(file)
        : term.canAsk
          ? await term.askSecret('Password (not shown): ')
          : undefined;
  if (text === undefined) {
    throw new UsageError(
      'There is no password',
      'Name a file that holds it (--password-file FILE), or pipe it in (--password-file -).',
    );
  }
  const password = text.replace(/\r?\n$/, '');
  if (password !== '') return password;
  throw new UsageError(`${file === undefined || file === '-' ? 'The password' : file} is empty`);
};

const asked = async (context: CommandContext, question: string, otherwise: string): Promise<string> => {
  const answer = (await context.term.ask(`${question} [${otherwise}] `)).trim();
  return answer === '' ? otherwise : answer;
};

const portOf = (options: Options, name: string): number | undefined =>
  options.whole(name, { min: 1, max: 65_535 });

const serverOf = (options: Options, prefix: 'smtp' | '', guess: Server): Server => {
  const key = (name: string) =>
    prefix === '' ? name : `${prefix}${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  return {
    host: options.text(key('host')) ?? guess.host,
    port: portOf(options, key('port')) ?? guess.port,
    security: (options.text(key('security')) as Server['security'] | undefined) ?? guess.security,
  };
};

const emailOf = async (context: CommandContext, options: Options): Promise<string> => {
  const given =
    options.text('email') ?? (context.term.canAsk ? await context.term.ask('E-mail address: ') : '');
  const email = given.trim();
  if (/^[^\s@]+@[^\s@]+$/.test(email)) return email;
  throw new UsageError(
    email === '' ? 'Nothing says which mailbox' : `"${oneLine(email)}" is no e-mail address`,
    'Name it: --email you@example.com.',
  );
};

/** What the address most likely has, over that what the options say, and over that what a person answers. */
const settingsOf = async (
  context: CommandContext,
  options: Options,
  email: string,
): Promise<ImapSettings> => {
  const { settings: guess, known, hint } = settingsFor(email);
  const ask = context.term.canAsk && !known && options.text('host') === undefined;
  if (hint !== null) context.say(hint);
  const imap = serverOf(options, '', guess.imap);
  const smtp =
    guess.smtp === null || options.flag('smtp') === false ? null : serverOf(options, 'smtp', guess.smtp);
  if (ask) {
    context.say(`Nobody here knows the servers of ${oneLine(email)}. Press Enter to take a guess.`);
    imap.host = await asked(context, 'Server for reading (IMAP)', imap.host);
    if (smtp) smtp.host = await asked(context, 'Server for sending (SMTP)', smtp.host);
  }
  const username =
    options.text('username') ?? (ask ? await asked(context, 'User name', guess.username) : guess.username);
  return { ...guess, imap, smtp, username };
};

export const healthText = (health: MailboxHealth): string => {
  const there = health.messages === null ? '' : `, ${count(health.messages)} messages there`;
  const notes = health.notes.map((note) => `  ${oneLine(note)}\n`).join('');
  return `It works: signed in as ${oneLine(health.email)}${there}.\n${notes}`;
};

const tell = async (
  context: CommandContext,
  app: CliApp,
  o: { account: Account; health: MailboxHealth | null },
): Promise<void> => {
  const view = await accountView(app, o.account);
  const zone = app.config.digest.time_zone;
  context.print({ account: view, health: o.health }, () =>
    [o.health === null ? '' : healthText(o.health), accountText(view, zone)].join(''),
  );
  context.say(NEXT);
};

export const addImapCommand = (context: CommandContext, { options }: Input): Promise<void> =>
  context.withApp(async (app) => {
    const email = await emailOf(context, options);
    const config = await settingsOf(context, options, email);
    const password = await givenPassword(context, options);
    const test = options.flag('test') !== false;
    if (test) context.say(`Signing in to ${config.imap.host} …`);
    const connected = await connectMailbox(app, {
      userId: app.owner.id,
      provider: 'imap',
      email,
      displayName: options.text('name') ?? '',
      config,
      secrets: { password },
      test,
      by: BY(app),
    });
    await tell(context, app, connected);
  });

/** Signs in to Google in a browser here, or with `--no-browser` in one elsewhere. */
export const signInToGoogle = (
  context: CommandContext,
  app: CliApp,
  o: { options: Options; accountId?: string },
): Promise<Account> => {
  const { term } = context;
  const signIn = {
    userId: app.owner.id,
    accountId: o.accountId,
    say: (text: string) => term.err(`${text}\n`),
  };
  if (o.options.flag('browser') !== false) return signInHere(app.signIns, signIn);
  if (!term.canAsk) {
    throw new UsageError(
      'Nobody can be asked here',
      'Run it in a terminal, or connect the mailbox in the web app.',
    );
  }
  return signInElsewhere(app.signIns, { ...signIn, ask: (question) => term.ask(question) });
};

export const addGmailCommand = (context: CommandContext, { options }: Input): Promise<void> =>
  context.withApp(async (app) => {
    const account = await signInToGoogle(context, app, { options });
    await tell(context, app, { account, health: null });
  });

export const addLocalCommand = (context: CommandContext, { args }: Input): Promise<void> =>
  context.withApp(async (app) => {
    const name = (args[0] ?? '').trim();
    if (name === '') throw new UsageError('The account needs a name');
    const key = { userId: app.owner.id, provider: 'local', email: name, displayName: name };
    const account = await createAccount(app, key);
    const view = await accountView(app, account);
    context.print({ account: view, health: null }, () => accountText(view, app.config.digest.time_zone));
    context.say(`Fill it with \`ashford import mbox FILE --account ${oneLine(name)}\`.`);
  });
