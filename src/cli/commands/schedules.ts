import type { CommandSpec, Input } from '#cli/command.ts';
import { defineCommand } from '#cli/command.ts';
import type { CommandContext } from '#cli/context.ts';

const ID = '0199a3f2-7c10-7b61-8a52-3f6d1c2b4a5e';
const schedule = [{ name: '<schedule>', description: 'its id, or its type when there is one of it' }];

type View = typeof import('#cli/schedule-views.ts');

/** What shows and changes schedules is loaded when it is called. */
const run =
  (pick: (views: View) => (context: CommandContext, input: Input) => Promise<void>) =>
  async (context: CommandContext, input: Input): Promise<void> =>
    pick(await import('#cli/schedule-views.ts'))(context, input);

const add: CommandSpec = {
  name: 'add',
  summary: 'Have something done again and again',
  description:
    'A cron has five fields: minute, hour, day of the month, month and day of the week, each *, a list (1,3), a range (MON-FRI) or a step (*/2). A time that a clock put forward leaves out runs at the jump; one that comes twice runs once.',
  arguments: [
    {
      name: '<type>',
      description: 'what is done, such as digest.compose; wrong ones are answered with a list',
    },
  ],
  options: [
    { flags: '--cron <cron>', description: 'when, such as "0 7 * * MON-FRI"' },
    { flags: '--zone <zone>', description: 'time zone of the cron (that of the settings when left out)' },
    { flags: '--payload <json>', description: 'what it is given ({} when left out)' },
    {
      flags: '--missed <what>',
      description: 'what becomes of runs that were slept through (run_once when left out)',
      choices: ['run_once', 'skip'],
    },
  ],
  examples: [
    { line: 'ashford schedules add digest.compose --cron "0 7 * * *"', does: 'get a digest every morning' },
    {
      line: 'ashford schedules add digest.compose --cron "0 18 * * FRI" --zone Europe/Berlin --missed skip',
      does: 'get one on Fridays, or none when the machine slept',
    },
  ],
  run: run((views) => views.addScheduleCommand),
};

const pause: CommandSpec = {
  name: 'pause',
  summary: 'Make no more runs of a schedule until it is resumed',
  arguments: schedule,
  examples: [{ line: 'ashford schedules pause digest.compose', does: 'get no digests on holiday' }],
  run: run((views) => views.pauseScheduleCommand),
};

const resume: CommandSpec = {
  name: 'resume',
  summary: 'Go on with a paused schedule; what it missed is not caught up',
  arguments: schedule,
  examples: [{ line: 'ashford schedules resume digest.compose', does: 'get digests again' }],
  run: run((views) => views.resumeScheduleCommand),
};

const runNow: CommandSpec = {
  name: 'run-now',
  summary: 'Do it once now, beside its times',
  arguments: schedule,
  examples: [{ line: `ashford schedules run-now ${ID}`, does: 'make its job now; a worker runs it' }],
  run: run((views) => views.runScheduleCommand),
};

const remove: CommandSpec = {
  name: 'remove',
  summary: 'Remove a schedule',
  arguments: schedule,
  examples: [{ line: `ashford schedules remove ${ID}`, does: 'remove one' }],
  run: run((views) => views.removeScheduleCommand),
};

const next: CommandSpec = {
  name: 'next',
  summary: 'Show when a schedule runs next',
  arguments: schedule,
  options: [{ flags: '--count <n>', description: 'how many times (10 when left out)' }],
  examples: [{ line: 'ashford schedules next digest.compose --count 3', does: 'show the next three times' }],
  run: run((views) => views.nextRunsCommand),
};

export const schedules = defineCommand({
  examples: [{ line: 'ashford schedules list', does: 'show what is done again and again, and when next' }],
  commands: [
    {
      name: 'list',
      summary: "Show schedules, the program's own too",
      examples: [{ line: 'ashford schedules list --json', does: 'hand them to a script' }],
      run: run((views) => views.listSchedulesCommand),
    },
    add,
    pause,
    resume,
    runNow,
    remove,
    next,
  ],
});
