import { defineCommand, type OptionSpec } from '#cli/command.ts';
import { DEAD_OPTIONS } from '#cli/dead-filter.ts';

const ID = '0199a3f2-7c10-7b61-8a52-3f6d1c2b4a5e';

const paging: OptionSpec[] = [
  { flags: '--before <id>', description: 'those before this job: the next page' },
  { flags: '--limit <n>', description: 'at most so many (50 when left out)' },
];

const bulk: OptionSpec[] = [
  { flags: '--dead', description: 'all dead letters, or those that the options below choose' },
  { flags: '--canceled', description: 'canceled jobs instead of failed ones' },
  ...DEAD_OPTIONS,
  { flags: '--limit <n>', description: 'at most so many, the oldest first' },
  { flags: '-y, --yes', description: 'do not ask' },
  { flags: '--dry-run', description: 'only tell how many there are' },
];

const ids = (name: '<id...>' | '[id...]') => [{ name, description: 'ids of jobs' }];

export const jobs = defineCommand({
  examples: [{ line: 'ashford jobs list --state running', does: 'show what is being done now' }],
  commands: [
    {
      name: 'list',
      summary: 'Show jobs, newest first',
      options: [
        {
          flags: '--state <state>',
          description: 'only those in this state',
          choices: ['queued', 'running', 'completed', 'failed', 'canceled'],
        },
        { flags: '--type <type>', description: 'only this type, such as sync' },
        ...paging,
      ],
      examples: [{ line: 'ashford jobs list --type sync --limit 5', does: 'show the last five syncs' }],
      run: async (context, input) => (await import('#cli/job-views.ts')).listJobsCommand(context, input),
    },
    {
      name: 'show',
      summary: 'Show one job with its steps, and how each attempt failed',
      arguments: [{ name: '<id>', description: 'id of the job' }],
      examples: [{ line: `ashford jobs show ${ID}`, does: 'show what became of one job' }],
      run: async (context, input) => (await import('#cli/job-views.ts')).showJobCommand(context, input),
    },
    {
      name: 'dead',
      summary: 'Show dead letters: jobs that failed for good',
      options: [
        { flags: '--canceled', description: 'canceled jobs instead of failed ones' },
        ...DEAD_OPTIONS,
        ...paging,
      ],
      examples: [
        { line: 'ashford jobs dead', does: 'show what to look into' },
        { line: 'ashford jobs dead --type sync --error timeout', does: 'show the syncs that took too long' },
      ],
      run: async (context, input) => (await import('#cli/job-views.ts')).deadJobsCommand(context, input),
    },
    {
      name: 'watch',
      summary: 'Watch the queue as it works',
      description:
        'Shows what waits, runs and fails, how many jobs a second are put in and done, and which workers hold jobs. On a terminal the picture is drawn anew every second; elsewhere it is a line a second, with --json a JSON document on each.',
      options: [
        {
          flags: '--for <duration>',
          description: 'end after this time, such as 10s; until Ctrl-C when left out',
        },
      ],
      examples: [
        { line: 'ashford jobs watch', does: 'watch until Ctrl-C' },
        { line: 'ashford jobs watch --for 1m --json', does: 'record a minute for a program to read' },
      ],
      run: async (context, input) => (await import('#cli/watch-jobs.ts')).watchJobsCommand(context, input),
    },
    {
      name: 'retry',
      summary: 'Queue failed or canceled jobs again',
      description:
        'Queues jobs again with all their attempts: those named by their ids, or with --dead all dead letters that the options choose. It tells how many, then asks. Steps that a job has finished are not run again.',
      arguments: ids('[id...]'),
      options: bulk,
      examples: [
        { line: `ashford jobs retry ${ID}`, does: 'try one job again' },
        {
          line: 'ashford jobs retry --dead --type sync --dry-run',
          does: 'tell how many syncs could be tried again',
        },
        {
          line: 'ashford jobs retry --dead --since yesterday --yes',
          does: 'try all of them again without asking',
        },
      ],
      run: async (context, input) =>
        (await import('#cli/job-changes.ts')).changeJobsCommand(context, input, 'retry'),
    },
    {
      name: 'cancel',
      summary: 'Cancel jobs that wait or run',
      arguments: ids('<id...>'),
      examples: [{ line: `ashford jobs cancel ${ID}`, does: 'cancel one job' }],
      run: async (context, input) =>
        (await import('#cli/job-changes.ts')).changeJobsCommand(context, input, 'cancel'),
    },
    {
      name: 'discard',
      summary: 'Delete jobs that do not run',
      description:
        'Deletes jobs with their steps and errors: those named by their ids, or with --dead all dead letters that the options choose. It tells how many, then asks. The audit log keeps the reason.',
      arguments: ids('[id...]'),
      options: [{ flags: '--reason <text>', description: 'why they are not needed' }, ...bulk],
      examples: [
        { line: `ashford jobs discard ${ID}`, does: 'delete one job' },
        {
          line: 'ashford jobs discard --dead --type sync --reason "The account is gone"',
          does: 'delete the syncs that failed, after asking',
        },
      ],
      run: async (context, input) =>
        (await import('#cli/job-changes.ts')).changeJobsCommand(context, input, 'discard'),
    },
  ],
});
