import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { defineCommand } from '#cli/command.ts';
import type { CommandContext } from '#cli/context.ts';
import { bytes } from '#cli/text.ts';
import { AppError } from '#std/errors.ts';

const refuseExisting = (file: string): void => {
  if (!existsSync(file)) return;
  throw new AppError('input', 'cli.file-exists', `${file} exists already`, {
    help: 'Choose another name: a backup never overwrites anything.',
  });
};

/** The copy is opened and read through; throws when it is not whole. Returns its schema version. */
const checkCopy = async (context: CommandContext, file: string): Promise<number> => {
  const [{ openDatabase }, { currentVersion }, { systemRandom }] = await Promise.all([
    import('#db/open.ts'),
    import('#db/migrate.ts'),
    import('#std/random.ts'),
  ]);
  const copy = await openDatabase({ url: file, clock: context.clock, random: systemRandom });
  try {
    const rows = await copy.all<{ integrity_check: string }>('pragma integrity_check');
    if (rows.length !== 1 || rows[0]?.integrity_check !== 'ok') {
      throw new AppError('permanent', 'cli.bad-backup', 'The copy is damaged and was removed', {
        help: 'Check the disks of the database and of the copy, then try again.',
      });
    }
    return await currentVersion(copy);
  } finally {
    await copy.close();
  }
};

const removeFiles = (file: string): void => {
  for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true });
};

export const backup = defineCommand({
  description:
    'Writes a consistent copy of the embedded database while others use it, and reads the copy through. It refuses to overwrite a file. The encryption key is not part of it: keep that elsewhere.',
  arguments: [{ name: '<file>', description: 'where the copy goes' }],
  examples: [
    {
      line: 'ashford backup ~/backups/ashford-monday.db',
      does: 'copy the database; `ashford restore` puts the copy in its place',
    },
  ],
  run: async (context, { args }) => {
    const file = resolve(args[0] ?? '');
    refuseExisting(file);
    const draft = `${file}.unfinished`;
    removeFiles(draft);
    try {
      const { backupDatabase } = await import('#db/backup.ts');
      await context.withApp(({ db }) => backupDatabase(db, draft));
      const schema = await checkCopy(context, draft);
      refuseExisting(file);
      renameSync(draft, file);
      const size = statSync(file).size;
      context.print(
        { file, bytes: size, schema, integrity: 'ok' },
        () => `${file}: ${bytes(size)}, whole.\n`,
      );
    } finally {
      removeFiles(draft);
    }
  },
});
