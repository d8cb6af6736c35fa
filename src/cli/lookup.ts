import type { Account } from '#accounts/account.ts';
import type { Schedule } from '#queue/schedule.ts';
import type { Rule } from '#rules/rule.ts';
import { AppError } from '#std/errors.ts';
import type { CliApp } from './program.ts';
import { parseWhen } from './when.ts';

const pick = <T>(found: readonly T[], given: string, noun: string): T => {
  const [only, second] = found;
  if (only !== undefined && second === undefined) return only;
  if (only === undefined) {
    throw new AppError('denied', `cli.no-such-${noun}`, `There is no ${noun} "${given}"`, {
      help: `\`ashford ${noun}s list\` shows them with their ids.`,
    });
  }
  throw new AppError('input', 'cli.ambiguous', `${found.length} ${noun}s are called "${given}"`, {
    help: `Use the id, which \`ashford ${noun}s list\` shows.`,
  });
};

/** The rule of that id or name. Throws when there is none, or more than one of that name. */
export const ruleOf = async (app: CliApp, given: string): Promise<Rule> => {
  const { allRules, findRule } = await import('#rules/store.ts');
  const byId = await findRule(app.db, app.owner.id, given);
  if (byId) return byId;
  const wanted = given.toLowerCase();
  const rules = await allRules(app.db, app.owner.id);
  return pick(
    rules.filter((rule) => rule.name.toLowerCase() === wanted),
    given,
    'rule',
  );
};

/** The account of that id, address or name. Throws when there is none, or more than one. */
export const accountOf = async (app: CliApp, given: string): Promise<Account> => {
  const { listAccounts } = await import('#accounts/store.ts');
  const accounts = await listAccounts(app.db, app.owner.id);
  const wanted = given.toLowerCase();
  const isIt = (a: Account) =>
    a.id === wanted || a.email.toLowerCase() === wanted || a.displayName.toLowerCase() === wanted;
  return pick(accounts.filter(isIt), given, 'account');
};

/** The schedule of that id or type, the program's own too. Throws when there is none, or more than one of that type. */
export const scheduleOf = async (app: CliApp, given: string): Promise<Schedule> => {
  const schedules = await app.schedules.list({ userId: app.owner.id, own: true });
  const wanted = given.toLowerCase();
  return pick(
    schedules.filter((s) => s.id === wanted || s.type === wanted),
    given,
    'schedule',
  );
};

/** A time that was given as text, in the time zone of the settings; undefined stays undefined. */
export const timeOf = (app: CliApp, given: string | undefined): string | undefined =>
  given === undefined
    ? undefined
    : parseWhen(given, { nowMs: app.clock.ms(), timeZone: app.config.digest.time_zone });
