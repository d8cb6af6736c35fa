import { parse, TomlError } from 'smol-toml';
import { z } from 'zod';
import { RULES_FILE_BYTES } from '#config/limits.ts';
import { SAFE_MODES } from '#db/enums.ts';
import { AppError } from '#std/errors.ts';
import { type ExampleMessage, exampleMessage } from './example.ts';
import { ConditionReader } from './file-conditions.ts';
import { fieldPath, invalidRule, type RuleInput, ruleInput } from './rule.ts';

const HELP = 'docs/recipes/write-a-rule.md shows the format with a worked example.';

const badFile = (message: string, path = ''): AppError =>
  new AppError('input', 'rules.bad-file', message, { help: HELP, fields: { path } });

const fileAction = z.union([z.string(), z.looseObject({ type: z.string() })], {
  error: 'must be an action such as "archive", or { type = "apply_label", label = "Receipts" }',
});

const ruleExample = exampleMessage.extend({
  matches: z.boolean().describe('Whether the rule should match this message'),
});

const fileRule = z.strictObject({
  name: z.string().regex(/\S/, 'a rule needs a name'),
  priority: z.number().optional(),
  enabled: z.boolean().optional(),
  account: z.string().optional(),
  domain: z.string().optional(),
  sender: z.string().optional(),
  when: z.unknown().optional(),
  // biome-ignore lint/suspicious/noThenProperty: "when … then" is how people read a rule, and nobody awaits this.
  then: z.union([fileAction.transform((a) => [a]), z.array(fileAction)]),
  continue: z.boolean().optional(),
  safe_mode: z.enum(SAFE_MODES).optional(),
  shadow: z.boolean().optional(),
  examples: z.array(ruleExample).default([]),
});
type FileRule = z.infer<typeof fileRule>;

const wholeExample = exampleMessage.extend({
  rules: z.array(z.string()).describe('Names of the rules that should act, in order'),
});

const rulesFile = z.strictObject({
  rules: z.array(z.looseObject({})).default([]),
  examples: z.array(wholeExample).default([]),
});

export interface RuleExample {
  matches: boolean;
  message: ExampleMessage;
}

export interface RulesFile {
  /** `scopeRef` of an account rule is as written: an address or an id that the caller looks up. */
  rules: { input: RuleInput; examples: RuleExample[] }[];
  /** Messages for the file as a whole, with the names of the rules that should act. */
  examples: { rules: string[]; message: ExampleMessage }[];
}

/** Rules without a priority are judged in the order of the file. */
const PRIORITY_STEP = 10;

const SCOPES = ['account', 'domain', 'sender'] as const;

const scopeOf = (rule: FileRule): Pick<RuleInput, 'scope' | 'scopeRef'> => {
  const [scope, second] = SCOPES.filter((s) => rule[s] !== undefined);
  if (second) throw badFile(`rule "${rule.name}": has both ${scope} and ${second}; choose one`, second);
  return scope ? { scope, scopeRef: rule[scope] ?? null } : { scope: 'global', scopeRef: null };
};

const actionOf = (action: z.infer<typeof fileAction>) => {
  if (typeof action === 'string') return { type: action, parameters: {} };
  const { type, ...parameters } = action;
  return { type, parameters };
};

const read = <T>(schema: z.ZodType<T>, value: unknown, where: string): T => {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const path = fieldPath(issue?.path ?? []);
  throw badFile(`${[where, path].filter((x) => x !== '').join(', ')}: ${issue?.message ?? 'is wrong'}`, path);
};

const splitExample = <T extends ExampleMessage, K extends keyof T>(example: T, key: K) => {
  const { [key]: expected, ...message } = example;
  return { expected, message: message as unknown as ExampleMessage };
};

const readRule = (value: Record<string, unknown>, index: number): RulesFile['rules'][number] => {
  const where = typeof value.name === 'string' ? `rule "${value.name}"` : `rule ${index + 1}`;
  const rule = read(fileRule, value, where);
  const conditions = new ConditionReader((path, message) => badFile(`${where}, ${path}: ${message}`, path));
  const parsed = ruleInput.safeParse({
    name: rule.name,
    ...scopeOf(rule),
    priority: rule.priority ?? (index + 1) * PRIORITY_STEP,
    enabled: rule.enabled ?? true,
    conditions: conditions.read(rule.when, ['when']),
    actions: rule.then.map(actionOf),
    continueMatching: rule.continue ?? false,
    safeMode: rule.safe_mode ?? 'default',
    shadow: rule.shadow ?? false,
  });
  if (!parsed.success) throw invalidRule(parsed.error, rule.name);
  const examples = rule.examples.map((example) => {
    const { expected, message } = splitExample(example, 'matches');
    return { matches: expected, message };
  });
  return { input: parsed.data, examples };
};

const parseToml = (text: string): Record<string, unknown> => {
  if (Buffer.byteLength(text) > RULES_FILE_BYTES) throw badFile('The rules file is too large');
  try {
    return parse(text);
  } catch (e) {
    if (!(e instanceof TomlError)) throw e;
    throw badFile(`line ${e.line}, column ${e.column}: ${e.message.split('\n')[0] ?? 'is no TOML'}`);
  }
};

/**
 * Reads a rules file: TOML with `[[rules]]`, each with `when` and `then` and perhaps `[[rules.examples]]`.
 * @throws AppError input `rules.bad-file` or `rules.invalid`, naming the rule and the field
 */
export const readRulesFile = (text: string): RulesFile => {
  const file = read(rulesFile, parseToml(text), '');
  const rules = file.rules.map((rule, i) => readRule(rule, i));
  const names = new Set<string>();
  for (const { input } of rules) {
    if (names.has(input.name)) throw badFile(`There are two rules named "${input.name}"`, 'name');
    names.add(input.name);
  }
  const examples = file.examples.map((example, i) => {
    const unknown = example.rules.find((name) => !names.has(name));
    if (unknown !== undefined) throw badFile(`example ${i + 1}: there is no rule "${unknown}"`, 'rules');
    const { expected, message } = splitExample(example, 'rules');
    return { rules: expected, message };
  });
  return { rules, examples };
};
