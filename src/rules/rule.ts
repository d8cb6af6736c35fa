import { z } from 'zod';
import { ACTION_KINDS, findActionKind } from '#actions/kinds/catalog.ts';
import { RULE_ACTIONS, RULE_NAME_CHARS, RULE_PARAMETERS_CHARS, RULE_VALUE_CHARS } from '#config/limits.ts';
import { RULE_SCOPES, SAFE_MODES } from '#db/enums.ts';
import { AppError } from '#std/errors.ts';
import type { Instant } from '#std/time.ts';
import { conditionTree } from './tree.ts';

/** Hands the message on to the model; the one action type that is no action. */
export const DELEGATE = 'delegate';

const ACTION_TYPES = [...ACTION_KINDS.map((k) => k.type), DELEGATE];

export const ruleAction = z
  .strictObject({
    type: z
      .string()
      .describe(`One of ${ACTION_TYPES.join(', ')}; ${DELEGATE} hands the message on to the model`),
    parameters: z
      .record(z.string(), z.unknown())
      .default({})
      .refine((p) => JSON.stringify(p).length <= RULE_PARAMETERS_CHARS, 'parameters are too long')
      .describe("The action's own parameters, such as { label }"),
  })
  .superRefine((action, context) => {
    const add = (path: PropertyKey[], message: string) => context.addIssue({ code: 'custom', path, message });
    const kind = findActionKind(action.type);
    if (action.type === DELEGATE) {
      if (Object.keys(action.parameters).length > 0) add(['parameters'], 'delegate takes no parameters');
    } else if (!kind) add(['type'], `must be one of ${ACTION_TYPES.join(', ')}`);
    else {
      const issues = kind.parameters.safeParse(action.parameters).error?.issues ?? [];
      for (const issue of issues) add(['parameters', ...issue.path], issue.message);
    }
  });
export type RuleAction = z.infer<typeof ruleAction>;

const priority = z.number().int().min(-1_000_000_000).max(1_000_000_000).describe('Lower numbers come first');

/** What a person sets on a rule, without defaults. */
const fields = {
  name: z
    .string()
    .max(RULE_NAME_CHARS)
    .regex(/\S/, 'a rule needs a name')
    .describe('Shown wherever the rule acted'),
  scope: z
    .enum(RULE_SCOPES)
    .describe('Which mail it looks at: all, one account, a domain and those under it, or one sender'),
  scopeRef: z
    .string()
    .min(1)
    .max(RULE_VALUE_CHARS)
    .nullable()
    .describe('The account id, the domain or the address; null for global'),
  priority,
  enabled: z.boolean().describe('Whether it is used at all'),
  conditions: conditionTree,
  actions: z.array(ruleAction).min(1, 'a rule needs an action').max(RULE_ACTIONS),
  continueMatching: z.boolean().describe('Whether later rules may act too, when the first match decides'),
  safeMode: z
    .enum(SAFE_MODES)
    .describe(
      'default: the policy decides; always_safe: all but safe actions ask; dangerous_override: its dangerous actions run without asking',
    ),
  shadow: z.boolean().describe('Only record what it would have done'),
};

const scopeFits = (
  rule: { scope: (typeof RULE_SCOPES)[number]; scopeRef: string | null },
  context: z.RefinementCtx,
): void => {
  if ((rule.scope === 'global') === (rule.scopeRef === null)) return;
  const message =
    rule.scope === 'global'
      ? 'a global rule refers to nothing'
      : `a ${rule.scope} rule says which ${rule.scope}`;
  context.addIssue({ code: 'custom', path: ['scopeRef'], message });
};

const inputFields = {
  ...fields,
  scope: fields.scope.default('global'),
  scopeRef: fields.scopeRef.default(null),
  priority: priority.default(100),
  enabled: fields.enabled.default(true),
  continueMatching: fields.continueMatching.default(false),
  safeMode: fields.safeMode.default('default'),
  shadow: fields.shadow.default(false),
};

/** A new rule: only a name, conditions and actions are needed. */
export const ruleInput = z.strictObject(inputFields).superRefine(scopeFits);
export type RuleInput = z.infer<typeof ruleInput>;

/** The same from a form, which may leave its place to the program. */
export const ruleDraft = z
  .strictObject({ ...inputFields, priority: priority.optional() })
  .superRefine(scopeFits);

/** A change to a rule: what is absent stays, null clears, a value sets. */
export const rulePatch = z.strictObject(fields).partial();
export type RulePatch = z.infer<typeof rulePatch>;

export interface Rule extends RuleInput {
  id: string;
  userId: string;
  /** Why it was switched off by the program, in one sentence; null when a person did it. */
  disabledReason: string | null;
  hits: number;
  lastHitAt: Instant | null;
  createdAt: Instant;
  updatedAt: Instant;
}

/** `conditions.children[1].value`: the path of the first thing wrong, as people write it. */
export const fieldPath = (path: readonly PropertyKey[]): string =>
  path.reduce<string>(
    (out, step) =>
      typeof step === 'number' ? `${out}[${step}]` : out === '' ? String(step) : `${out}.${String(step)}`,
    '',
  );

/** A ZodError as an input error that names the field. The message never holds more than the user wrote. */
export const invalidRule = (error: z.ZodError, name?: string): AppError => {
  const [first, ...more] = error.issues;
  const path = fieldPath(first?.path ?? []);
  const where = [name === undefined ? '' : `rule "${name}"`, path].filter((x) => x !== '').join(', ');
  const rest = more.length > 0 ? ` (and ${more.length} more)` : '';
  return new AppError(
    'input',
    'rules.invalid',
    `${where || 'The rule'}: ${first?.message ?? 'is wrong'}${rest}`,
    {
      help: 'docs/recipes/write-a-rule.md shows every field and condition.',
      fields: { path },
      cause: error,
    },
  );
};

/** @throws AppError input `rules.invalid` with the path of the field */
export const parseRule = (input: unknown): RuleInput => {
  const parsed = ruleInput.safeParse(input);
  if (!parsed.success) throw invalidRule(parsed.error);
  return parsed.data;
};

/** @throws AppError input `rules.invalid` with the path of the field */
export const parseRulePatch = (input: unknown): RulePatch => {
  const parsed = rulePatch.safeParse(input);
  if (!parsed.success) throw invalidRule(parsed.error);
  return parsed.data;
};

/** Lower priority number first, then the older rule (ids sort by time). */
export const byPriority = (
  a: { priority: number; id: string },
  b: { priority: number; id: string },
): number => a.priority - b.priority || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);

/** A rule as it would be if it were stored now, for trying it. */
export const asUnsaved = (input: RuleInput, userId: string, now: Instant): Rule => ({
  ...input,
  id: 'unsaved',
  userId,
  disabledReason: null,
  hits: 0,
  lastHitAt: null,
  createdAt: now,
  updatedAt: now,
});
