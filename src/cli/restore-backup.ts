import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { migrate } from '#db/migrate.ts';
import { engineOf, openDatabase } from '#db/open.ts';
import { restoreDatabase } from '#db/restore.ts';
import { settleBackup } from '#ingest/restored.ts';
import { createQueue } from '#queue/queue.ts';
import { AppError } from '#std/errors.ts';
import { idMaker } from '#std/ids.ts';
import { systemRandom } from '#std/random.ts';
import type { Input } from './command.ts';
import type { CommandContext } from './context.ts';
import { FAILED, OK } from './report.ts';
import { refuseSecond } from './second-server.ts';
import { counted } from './text.ts';
import { UsageError } from './usage-error.ts';

const databaseFile = (url: string): string => {
  if (engineOf(url) === 'embedded' && url !== ':memory:') return url.startsWith('file:') ? url.slice(5) : url;
  throw new AppError('input', 'db.no-backup', 'Only an embedded database is restored from here', {
    help: 'Use the tools of the database server, with Ashford stopped.',
  });
};

const existing = (file: string): string => {
  if (existsSync(file)) return file;
  throw new AppError('input', 'cli.no-file', `There is no file ${file}`, {
    help: 'Name a copy of `ashford backup`.',
  });
};

const confirmed = async (context: CommandContext, { options }: Input): Promise<boolean> => {
  if (options.flag('yes') || context.json) return true;
  if (!context.term.canAsk) {
    throw new UsageError('Nobody can be asked here', 'Add --yes to restore without asking.');
  }
  const said = await context.term.ask(
    'Put the backup in the place of the database, which is kept beside it? [y/N] ',
  );
  return /^y(es)?$/i.test(said.trim());
};

/** Goes back to a backup, and sees to it that nothing is done twice. */
export const restoreCommand = async (context: CommandContext, input: Input): Promise<number> => {
  const backup = existing(resolve(input.args[0] ?? ''));
  const { config } = await context.loadConfig();
  const database = databaseFile(config.paths.database);
  await refuseSecond(config.paths.data_dir, context.clock);
  if (!(await confirmed(context, input))) {
    context.say('Nothing was changed.');
    return FAILED;
  }
  const { clock } = context;
  const aside = `${database}.before-restore-${clock.now().replaceAll(/[:.]/g, '-')}`;
  const settled = await restoreDatabase({
    backup,
    database,
    aside,
    open: (file) => openDatabase({ url: file, clock, random: systemRandom }),
    settle: async (db) => {
      await migrate(db, { clock });
      const queue = createQueue({ db, clock, newId: idMaker(clock, systemRandom) });
      return settleBackup({ db, clock, queue });
    },
  });
  const kept = existsSync(aside) ? aside : null;
  context.print({ database, kept, ...settled }, () =>
    [
      `${database} is what it was when the backup was made.`,
      ...(kept === null ? [] : [`What was there is kept as ${kept}.`]),
      `${counted(settled.accounts, 'mailbox', 'mailboxes')} will be compared before anything is done.`,
      ...(settled.asked > 0
        ? [`${counted(settled.asked, 'mail')} may have gone out: \`ashford actions unsure\`.`]
        : []),
      ...(settled.expired + settled.dropped > 0
        ? [`${counted(settled.expired + settled.dropped, 'action')} that waited will not be done.`]
        : []),
      '',
    ].join('\n'),
  );
  return OK;
};
