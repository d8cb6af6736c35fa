import { PAGE_ROWS_DEFAULT, PAGE_ROWS_MAX } from '#config/limits.ts';
import { composeNow, previewDigest } from '#digests/compose.ts';
import type { Digest, DigestSummary } from '#digests/digest.ts';
import { renderDigest } from '#digests/render.ts';
import { getDigest, listDigests, newestDigest } from '#digests/store.ts';
import { AppError } from '#std/errors.ts';
import type { Input } from './command.ts';
import type { CommandContext } from './context.ts';
import type { CliApp } from './program.ts';
import { table } from './table.ts';
import { count, manyLines } from './text.ts';
import { shownTime } from './when.ts';

/** Digests are plain text already; a terminal is told once more not to obey them. */
const text = (digest: Parameters<typeof renderDigest>[0]): string =>
  manyLinesKeepingIndent(renderDigest(digest));

const manyLinesKeepingIndent = (all: string): string =>
  all
    .split('\n')
    .map((line) => (/^ */.exec(line)?.[0] ?? '') + manyLines(line))
    .join('\n');

export const digestNowCommand = (context: CommandContext): Promise<void> =>
  context.withApp(async (app) => {
    const by = { actor: `user:${app.owner.id}`, channel: 'cli' };
    const { digest, made } = await composeNow(app, { userId: app.owner.id, by });
    if (!made) {
      context.say(`Nothing is new since ${shownTime(digest.to, digest.timeZone)}. The last digest:\n`);
    }
    context.print({ ...digest, made }, () => text(digest));
  });

export const previewDigestCommand = (context: CommandContext): Promise<void> =>
  context.withApp(async (app) => {
    const content = await previewDigest(app, app.owner.id);
    context.print(content, () => text(content));
    context.say('\nThis is a preview: nothing was kept.');
  });

const row = (d: DigestSummary): string[] => [
  d.id,
  shownTime(d.from, d.timeZone),
  shownTime(d.to, d.timeZone),
  d.state,
  count(d.totals.unread),
  count(d.totals.done),
  count(d.totals.waiting),
];

export const listDigestsCommand = (context: CommandContext, { options }: Input): Promise<void> =>
  context.withApp(async (app) => {
    const found = await listDigests(app.db, {
      userId: app.owner.id,
      before: options.text('before'),
      limit: options.whole('limit', { min: 1, max: PAGE_ROWS_MAX }) ?? PAGE_ROWS_DEFAULT,
    });
    const columns = [
      { title: 'ID' },
      { title: 'FROM' },
      { title: 'TO' },
      { title: 'STATE' },
      { title: 'NEW', align: 'right' as const },
      { title: 'DONE', align: 'right' as const },
      { title: 'WAITING', align: 'right' as const },
    ];
    context.print(found, () =>
      found.length === 0
        ? 'There are no digests yet. `ashford digest now` makes one.\n'
        : table(context.term, columns, found.map(row)),
    );
  });

const digestOf = async (app: CliApp, id: string | undefined): Promise<Digest> => {
  if (id !== undefined) return getDigest(app.db, app.owner.id, id);
  const newest = await newestDigest(app.db, app.owner.id);
  if (newest) return newest;
  throw new AppError('denied', 'cli.no-such-digest', 'There is no digest yet', {
    help: '`ashford digest now` makes one.',
  });
};

export const showDigestCommand = (context: CommandContext, { args }: Input): Promise<void> =>
  context.withApp(async (app) => {
    const digest = await digestOf(app, args[0]);
    context.print(digest, () => text(digest));
  });
