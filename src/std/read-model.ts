import type { z } from 'zod';
import { AppError } from './errors.ts';

/** Where in a value something is wrong: `sections[0].items[2].subject`, or `the value` for all of it. */
const placeOf = (path: readonly PropertyKey[]): string =>
  path
    .map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i === 0 ? '' : '.'}${String(key)}`))
    .join('') || 'the value';

/** What of several wrong things is told: the one deepest in, which says the most. */
const tellingIssue = (issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue | undefined =>
  issues.reduce<z.core.$ZodIssue | undefined>(
    (best, issue) => (best && best.path.length >= issue.path.length ? best : issue),
    undefined,
  );

/**
 * A public model from data of outside, such as parsed JSON. Strict: nothing is dropped, changed or guessed. Throws an input
 * error `model.invalid` whose message and `path` field name the place that is wrong.
 */
export const readModel = <T>(name: string, schema: z.ZodType<T>, value: unknown): T => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = tellingIssue(parsed.error.issues);
  const extra = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const path = placeOf([...(issue?.path ?? []), ...(extra === undefined ? [] : [extra])]);
  const what = extra === undefined ? (issue?.message ?? 'is wrong') : 'is not known';
  throw new AppError('input', 'model.invalid', `This is no ${name}: ${path}: ${what}`, {
    help: `The JSON Schema of ${name} says what is allowed.`,
    fields: { model: name, path },
  });
};
