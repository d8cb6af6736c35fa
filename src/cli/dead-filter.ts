import type { DeadFilter } from '#queue/dead-store.ts';
import type { FailureKind } from '#queue/job.ts';
import type { OptionSpec } from './command.ts';
import { timeOf } from './lookup.ts';
import type { Options } from './options.ts';
import type { CliApp } from './program.ts';

/** What narrows down dead letters, alike in each command. */
export const DEAD_OPTIONS: readonly OptionSpec[] = [
  { flags: '--type <type>', description: 'only this type, such as sync' },
  {
    flags: '--kind <kind>',
    description: 'only those whose attempts ran out, or that could not be helped by another',
    choices: ['exhausted', 'fatal'],
  },
  { flags: '--error <words>', description: 'only those with these words in their last error' },
  { flags: '--since <time>', description: 'only those that ended since then, such as "2 hours ago"' },
  { flags: '--until <time>', description: 'and before then' },
];

/** The jobs that the options choose. */
export const deadFilterOf = (app: CliApp, options: Options): DeadFilter => {
  const type = options.text('type');
  const failureKind = options.text('kind') as FailureKind | undefined;
  const errorContains = options.text('error');
  const finishedAfter = timeOf(app, options.text('since'));
  const finishedBefore = timeOf(app, options.text('until'));
  return {
    state: options.flag('canceled') ? 'canceled' : 'failed',
    ...(type === undefined ? {} : { type }),
    ...(failureKind === undefined ? {} : { failureKind }),
    ...(errorContains === undefined ? {} : { errorContains }),
    ...(finishedAfter === undefined ? {} : { finishedAfter }),
    ...(finishedBefore === undefined ? {} : { finishedBefore }),
  };
};
