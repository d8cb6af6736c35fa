import { answerUncertain } from '#actions/answer-uncertain.ts';
import { findActionKind } from '#actions/kinds/catalog.ts';
import { uncertainMails } from '#actions/outbox-store.ts';
import { requestAction } from '#actions/request.ts';
import { PAGE_ROWS_MAX } from '#config/limits.ts';
import type { Input } from './command.ts';
import type { CommandContext } from './context.ts';
import { readRunFile } from './run-file.ts';
import { table } from './table.ts';
import { oneLine } from './text.ts';
import { UsageError } from './usage-error.ts';
import { shownTime } from './when.ts';

const requesterOf = (userId: string) => ({ actor: `user:${userId}`, channel: 'cli' });

/** `to=a@b.example`: several of the same name make a list. */
const given = (pairs: readonly string[]): Record<string, unknown> => {
  const found = new Map<string, string[]>();
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at < 1) throw new UsageError(`"${pair}" is no parameter`, 'Write them as name=value.');
    const name = pair.slice(0, at);
    found.set(name, [...(found.get(name) ?? []), pair.slice(at + 1)]);
  }
  return Object.fromEntries([...found].map(([name, all]) => [name, all.length === 1 ? all[0] : all]));
};

const asValue = (text: string): unknown => {
  if (text === 'true' || text === 'false') return text === 'true';
  return /^\d{1,9}$/.test(text) ? Number(text) : [text];
};

/** As the action takes them: a text is a number, a yes or no, or a list of one only where a text will not do. */
const parametersOf = (type: string, pairs: readonly string[]): Record<string, unknown> => {
  const parameters = given(pairs);
  const parsed = findActionKind(type)?.parameters.safeParse(parameters);
  const wrong = new Set(parsed?.error?.issues.map((issue) => String(issue.path[0])));
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [
      name,
      typeof value === 'string' && wrong.has(name) ? asValue(value) : value,
    ]),
  );
};

/** A person's command on one message. What can't be taken back waits for an approval, unless `--yes` says yes at once. */
export const doActionCommand = (context: CommandContext, { args, options }: Input): Promise<void> =>
  context.withApp(async (app) => {
    const [messageId = '', type = '', ...pairs] = args;
    const requested = await requestAction(app, {
      userId: app.owner.id,
      messageId,
      type,
      parameters: parametersOf(type, pairs),
      confirmed: options.flag('yes') ?? false,
      by: requesterOf(app.owner.id),
    });
    context.print(requested, () =>
      requested.status === 'queued'
        ? `${requested.actionId}: will be done\n`
        : `${requested.actionId}: waits for a yes; see \`ashford approvals\`\n`,
    );
    if (!readRunFile(app.config.paths.data_dir)) {
      context.say('No server runs here: `ashford run --until-idle` carries it out now.');
    }
  });

export const listUnsureCommand = (context: CommandContext): Promise<void> =>
  context.withApp(async (app) => {
    const mails = await uncertainMails(app.db, app.owner.id, PAGE_ROWS_MAX);
    const value = mails.map(({ actionId, recipients, createdAt, reason }) => ({
      id: actionId,
      to: recipients,
      since: createdAt,
      reason,
    }));
    const zone = app.config.digest.time_zone;
    context.print(value, () =>
      value.length === 0
        ? 'There is no doubt about any mail.\n'
        : table(
            context.term,
            [
              { title: 'ID' },
              { title: 'TO', shrinks: true },
              { title: 'WRITTEN' },
              { title: 'WHY', shrinks: true },
            ],
            value.map((m) => [
              m.id,
              oneLine(m.to.join(', ')),
              shownTime(m.since, zone),
              oneLine(m.reason ?? ''),
            ]),
          ),
    );
  });

export const answerUnsureCommand = (context: CommandContext, { args }: Input): Promise<void> =>
  context.withApp(async (app) => {
    const [actionId = '', answer = ''] = args;
    await answerUncertain(app, { userId: app.owner.id, actionId, answer, by: requesterOf(app.owner.id) });
    context.print({ id: actionId, answer }, () => `${actionId}: noted\n`);
  });
