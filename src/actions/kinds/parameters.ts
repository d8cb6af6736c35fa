import { AppError } from '#std/errors.ts';
import { actionKind } from './catalog.ts';

/** The parameters of an action as its kind wants them. Throws `actions.bad-parameters` with the path of the field. */
export const parseParameters = (a: {
  type: string;
  parameters: Record<string, unknown>;
}): Record<string, unknown> => {
  const parsed = actionKind(a.type).parameters.safeParse(a.parameters);
  if (parsed.success) return parsed.data as Record<string, unknown>;
  const issue = parsed.error.issues[0];
  const path = ['parameters', ...(issue?.path ?? [])].map(String).join('.');
  throw new AppError(
    'input',
    'actions.bad-parameters',
    `${a.type}: ${path}: ${issue?.message ?? 'is wrong'}`,
    {
      help: 'See the list of actions for what each takes.',
      fields: { path },
    },
  );
};
