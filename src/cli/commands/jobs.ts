import type { CommandSpec } from '#cli/command.ts';
import { defineCommand } from '#cli/command.ts';

const ID = '0199a3f2-7c10-7b61-8a52-3f6d1c2b4a5e';

const changes: { name: 'retry' | 'cancel' | 'discard'; summary: string; does: string }[] = [
  { name: 'retry', summary: 'Queue failed or canceled jobs again', does: 'try one job again' },
  { name: 'cancel', summary: 'Cancel jobs that wait or run', does: 'cancel one job' },
  { name: 'discard', summary: 'Delete jobs that do not run', does: 'delete one job' },
];

const paging = [
  { flags: '--type <type>', description: 'only this type, such as sync' },
  { flags: '--before <id>', description: 'those before this job: the next page' },
  { flags: '--limit <n>', description: 'at most so many (50 when left out)' },
];

const changing: CommandSpec[] = changes.map(({ name, summary, does }) => ({
  name,
  summary,
  arguments: [{ name: '<id...>', description: 'ids of jobs' }],
  examples: [{ line: `ashford jobs ${name} ${ID}`, does }],
  run: async (context, input) => (await import('#cli/job-views.ts')).changeJobsCommand(context, input, name),
}));

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
        ...paging,
      ],
      examples: [{ line: 'ashford jobs list --type sync --limit 5', does: 'show the last five syncs' }],
      run: async (context, input) => (await import('#cli/job-views.ts')).listJobsCommand(context, input),
    },
    {
      name: 'show',
      summary: 'Show one job and its steps',
      arguments: [{ name: '<id>', description: 'id of the job' }],
      examples: [{ line: `ashford jobs show ${ID}`, does: 'show what became of one job' }],
      run: async (context, input) => (await import('#cli/job-views.ts')).showJobCommand(context, input),
    },
    {
      name: 'dead',
      summary: 'Show dead letters: jobs whose attempts ran out',
      options: paging,
      examples: [{ line: 'ashford jobs dead', does: 'show what to look into and retry' }],
      run: async (context, input) => (await import('#cli/job-views.ts')).deadJobsCommand(context, input),
    },
    ...changing,
  ],
});
