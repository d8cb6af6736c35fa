import type { CommandSpec } from '#cli/command.ts';

/** One line of `ashford --help`. What the command takes and does is loaded when it is called. */
export interface CommandEntry {
  name: string;
  summary: string;
  load(): Promise<Omit<CommandSpec, 'name' | 'summary'>>;
}

/** Every command, in the order in which the help lists them. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'demo',
    summary: 'Try it on a made-up mailbox, in a folder that is removed afterwards',
    load: async () => (await import('./demo.ts')).demo,
  },
  {
    name: 'start',
    summary: 'Start the server: web interface, API and worker',
    load: async () => (await import('./start.ts')).start,
  },
  {
    name: 'worker',
    summary: 'Start a worker alone, beside a server on the same database',
    load: async () => (await import('./worker.ts')).worker,
  },
  {
    name: 'open',
    summary: 'Make a new sign-in link for the web interface',
    load: async () => (await import('./open.ts')).open,
  },
  {
    name: 'import',
    summary: 'Bring in a mail archive: mbox or Maildir',
    load: async () => (await import('./import.ts')).importMail,
  },
  {
    name: 'run',
    summary: 'Do the work that is due, and end',
    load: async () => (await import('./run.ts')).run,
  },
  {
    name: 'status',
    summary: 'Show what came in, what was decided and what waits',
    load: async () => (await import('./status.ts')).status,
  },
  {
    name: 'accounts',
    summary: 'Connect, show, test, pause and remove mailboxes',
    load: async () => (await import('./accounts.ts')).accounts,
  },
  {
    name: 'rules',
    summary: 'Show, add, change and test rules',
    load: async () => (await import('./rules.ts')).rules,
  },
  {
    name: 'actions',
    summary: 'Show what was done, and why',
    load: async () => (await import('./actions.ts')).actions,
  },
  {
    name: 'approvals',
    summary: 'Show what waits for a yes or a no',
    load: async () => (await import('./approvals.ts')).approvals,
  },
  {
    name: 'approve',
    summary: 'Say yes to actions that wait',
    load: async () => (await import('./approve.ts')).approve,
  },
  {
    name: 'reject',
    summary: 'Say no to actions that wait',
    load: async () => (await import('./reject.ts')).reject,
  },
  {
    name: 'undo',
    summary: 'Take actions back: some, or all of a rule, an account or a time',
    load: async () => (await import('./undo.ts')).undo,
  },
  {
    name: 'digest',
    summary: 'Show what is new, what was done and what waits: now, or as it was told',
    load: async () => (await import('./digest.ts')).digest,
  },
  {
    name: 'jobs',
    summary: 'Show, retry and cancel jobs',
    load: async () => (await import('./jobs.ts')).jobs,
  },
  {
    name: 'schedules',
    summary: 'Show, add and pause what is done again and again',
    load: async () => (await import('./schedules.ts')).schedules,
  },
  {
    name: 'doctor',
    summary: 'Check the installation, and say how to mend what is broken',
    load: async () => (await import('./doctor.ts')).doctor,
  },
  {
    name: 'config',
    summary: 'Check and show the settings',
    load: async () => (await import('./config.ts')).config,
  },
  {
    name: 'backup',
    summary: 'Copy the database while it is in use',
    load: async () => (await import('./backup.ts')).backup,
  },
  {
    name: 'restore',
    summary: 'Put a backup in the place of the database',
    load: async () => (await import('./restore.ts')).restore,
  },
  {
    name: 'completion',
    summary: 'Print the completion script for a shell',
    load: async () => (await import('./completion.ts')).completion,
  },
  {
    name: 'version',
    summary: 'Print the version',
    load: async () => (await import('./version.ts')).version,
  },
];
