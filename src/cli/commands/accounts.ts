import { type CommandSpec, defineCommand, type Input } from '#cli/command.ts';
import type { CommandContext } from '#cli/context.ts';
import { rotateKeyCommand } from '#cli/rotate-key.ts';

type Views = typeof import('#cli/account-views.ts');
type Adding = typeof import('#cli/account-add.ts');
type Changes = typeof import('#cli/account-changes.ts');
type Run = (context: CommandContext, input: Input) => Promise<number> | Promise<void>;

/** What works on accounts is loaded when it is called. */
const later =
  <T>(load: () => Promise<T>) =>
  (pick: (loaded: T) => Run) =>
  async (context: CommandContext, input: Input): Promise<number> =>
    (await pick(await load())(context, input)) ?? 0;

const view = later<Views>(() => import('#cli/account-views.ts'));
const adding = later<Adding>(() => import('#cli/account-add.ts'));
const change = later<Changes>(() => import('#cli/account-changes.ts'));

const account = [{ name: '<account>', description: 'its id, address or name' }];
const EMAIL = 'robin@example.com';

/** A command on one account; `words` are what it is called with. */
const onAccount = (
  words: string,
  o: Pick<CommandSpec, 'summary' | 'options' | 'run'> & { does: string },
): CommandSpec => {
  const { does, ...rest } = o;
  return {
    ...rest,
    name: words.slice(words.lastIndexOf(' ') + 1),
    arguments: account,
    examples: [{ line: `ashford accounts ${words} ${EMAIL}`, does }],
  };
};

const passwordFile = {
  flags: '--password-file <file>',
  description: 'file that holds the password; - takes what is piped in. It is asked for when left out',
};
const noBrowser = {
  flags: '--no-browser',
  description: 'print the address to open, for a machine without a browser, and ask for what came of it',
};

const addGmail: CommandSpec = {
  name: 'gmail',
  summary: 'Sign in to a Gmail or Google Workspace mailbox',
  description:
    'Opens your browser at Google, which asks whether Ashford may use the mailbox. It needs a client id of your own in the settings: docs/connecting-gmail.md goes through it step by step.',
  options: [noBrowser],
  examples: [
    { line: 'ashford accounts add gmail', does: 'sign in with the browser of this machine' },
    { line: 'ashford accounts add gmail --no-browser', does: 'sign in with a browser elsewhere' },
  ],
  run: adding((a) => a.addGmailCommand),
};

const SECURITY = ['tls', 'starttls', 'none'] as const;

const addImap: CommandSpec = {
  name: 'imap',
  summary: 'Connect a mailbox of any other provider',
  description:
    'Guesses the servers by the address, asks for what is not given, tries to sign in, and stores the password encrypted. Many providers want an app password.',
  options: [
    { flags: '--email <address>', description: 'address of the mailbox' },
    { flags: '--username <name>', description: 'what one signs in with (the address when left out)' },
    passwordFile,
    { flags: '--host <host>', description: 'server for reading (IMAP)' },
    { flags: '--port <port>', description: 'its port' },
    {
      flags: '--security <how>',
      description: 'its encryption; none only on this machine',
      choices: SECURITY,
    },
    { flags: '--smtp-host <host>', description: 'server for sending (SMTP)' },
    { flags: '--smtp-port <port>', description: 'its port' },
    { flags: '--smtp-security <how>', description: 'its encryption', choices: SECURITY },
    { flags: '--no-smtp', description: 'the account sends nothing' },
    { flags: '--name <text>', description: 'what it is called, beside its address' },
    { flags: '--no-test', description: 'store it without a try' },
  ],
  examples: [
    { line: `ashford accounts add imap --email ${EMAIL}`, does: 'connect it, asking for the password' },
    {
      line: `pass mail | ashford accounts add imap --email ${EMAIL} --password-file -`,
      does: 'take the password from another program',
    },
    {
      line: `ashford accounts add imap --email ${EMAIL} --host mail.example.com --no-smtp`,
      does: 'name the server, and send nothing',
    },
  ],
  run: adding((a) => a.addImapCommand),
};

const addLocal: CommandSpec = {
  name: 'local',
  summary: 'Make an empty account for archives that are imported',
  arguments: [{ name: '<name>', description: 'what it is called' }],
  examples: [{ line: 'ashford accounts add local archive', does: 'make one' }],
  run: adding((a) => a.addLocalCommand),
};

const remove: CommandSpec = {
  name: 'remove',
  summary: 'Remove an account; the mailbox itself is not touched',
  description:
    'Stops reading the mailbox, gives back the sign-in, and ends what waits for it. What is stored here of its mail is kept or deleted, as you say.',
  arguments: account,
  options: [
    { flags: '--keep-mail', description: 'its mail can still be read and searched' },
    { flags: '--delete-mail', description: 'its mail is deleted here, with all that was done about it' },
    { flags: '--yes', description: 'do not ask' },
  ],
  examples: [
    { line: `ashford accounts remove ${EMAIL}`, does: 'remove it, and ask about its mail' },
    {
      line: `ashford accounts remove ${EMAIL} --delete-mail --yes`,
      does: 'remove it with its mail, without asking',
    },
  ],
  run: change((c) => c.removeAccountCommand),
};

const backfill: CommandSpec = {
  name: 'backfill',
  summary: 'Stop or go on bringing in older mail',
  examples: [{ line: `ashford accounts backfill pause ${EMAIL}`, does: 'bring in only new mail for now' }],
  commands: [
    onAccount('backfill pause', {
      summary: 'Bring in no older mail until it is resumed',
      does: 'stop it',
      run: change((c) => c.pauseBackfillCommand),
    }),
    onAccount('backfill resume', {
      summary: 'Go on bringing in older mail',
      does: 'go on',
      run: change((c) => c.resumeBackfillCommand),
    }),
  ],
};

export const accounts = defineCommand({
  examples: [
    { line: 'ashford accounts list', does: 'show the mailboxes and how far they are' },
    { line: 'ashford accounts add gmail', does: 'connect one' },
  ],
  commands: [
    {
      name: 'list',
      summary: 'Show the mailboxes and how far they are',
      examples: [{ line: 'ashford accounts list --json', does: 'the same for a script' }],
      run: view((v) => v.listAccountsCommand),
    },
    onAccount('show', {
      summary: 'Show one with its ledger, lag, quota and sign-in',
      does: 'see whether anything was missed',
      run: view((v) => v.showAccountCommand),
    }),
    {
      name: 'add',
      summary: 'Connect a mailbox',
      examples: [{ line: 'ashford accounts add gmail', does: 'connect Gmail' }],
      commands: [addGmail, addImap, addLocal],
    },
    onAccount('test', {
      summary: 'Sign in now and look around; changes nothing',
      does: 'see whether it works',
      run: change((c) => c.testAccountCommand),
    }),
    onAccount('sync', {
      summary: 'Look for new mail now',
      does: 'look into it now',
      run: change((c) => c.syncAccountCommand),
    }),
    onAccount('pause', {
      summary: 'Read and change nothing until it is resumed',
      does: 'leave it alone for a while',
      run: change((c) => c.pauseAccountCommand),
    }),
    onAccount('resume', {
      summary: 'Go on with a paused account',
      does: 'go on',
      run: change((c) => c.resumeAccountCommand),
    }),
    onAccount('reauthorize', {
      summary: 'Sign in again; what waits goes on by itself',
      options: [noBrowser, passwordFile],
      does: 'sign in again',
      run: change((c) => c.reauthorizeCommand),
    }),
    backfill,
    remove,
    rotateKeyCommand,
  ],
});
