import { z } from 'zod';
import { RULE_TREE_DEPTH, RULE_TREE_NODES } from '#config/limits.ts';
import { isAppError } from '#std/errors.ts';
import { CONDITIONS, conditionOf } from './conditions/catalog.ts';

export const OPERATORS = ['and', 'or', 'not'] as const;
export type Operator = (typeof OPERATORS)[number];

export interface ConditionGroup {
  op: Operator;
  /** `not` has exactly one. An empty `and` is true for every message, an empty `or` for none. */
  children: ConditionTree[];
}

/** A leaf: `type` names a condition of the catalog, the rest are its parameters, most often `value`. */
export interface ConditionLeaf {
  type: string;
  [parameter: string]: unknown;
}

export type ConditionTree = ConditionGroup | ConditionLeaf;

export const isGroup = (node: ConditionTree): node is ConditionGroup => 'op' in node;

/** What the leaf's condition makes of its parameters. Throws a ZodError, or an Error for an unknown type. */
export const bindLeaf = ({ type, ...parameters }: ConditionLeaf) => {
  const condition = conditionOf(type);
  if (!condition) throw new Error(`there is no condition "${type}"`);
  return condition.bind(parameters);
};

type Path = (string | number)[];
type Report = (path: Path, message: string) => void;

const isRecord = (v: unknown): v is Record<string, unknown> =>
  typeof v === 'object' && v !== null && !Array.isArray(v);

const checkLeaf = (node: Record<string, unknown>, path: Path, report: Report): void => {
  const { type, ...parameters } = node;
  const condition = typeof type === 'string' ? conditionOf(type) : undefined;
  if (!condition) {
    report([...path, 'type'], `must be one of ${CONDITIONS.map((c) => c.type).join(', ')}`);
    return;
  }
  const parsed = condition.parameters.safeParse(parameters);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) report([...path, ...(issue.path as Path)], issue.message);
    return;
  }
  try {
    condition.bind(parameters).test();
  } catch (e) {
    if (!isAppError(e)) throw e;
    report([...path, 'value'], e.help ? `${e.message}. ${e.help}` : e.message);
  }
};

/** The children of a group; none when it is not a group that can be read. */
const checkGroup = (node: Record<string, unknown>, path: Path, report: Report): unknown[] => {
  const { op, children, ...rest } = node;
  const unknown = Object.keys(rest)[0];
  if (unknown !== undefined) report([...path, unknown], 'a group has only "op" and "children"');
  if (!OPERATORS.includes(op as Operator)) report([...path, 'op'], 'must be and, or, or not');
  if (!Array.isArray(children)) {
    report([...path, 'children'], 'must be a list of conditions');
    return [];
  }
  if (op === 'not' && children.length !== 1) {
    report([...path, 'children'], '"not" has exactly one condition');
  }
  return children;
};

/** Walks a tree that may be anything. Stops at the limits, so that a hostile tree costs no more than an allowed one. */
const checkTree = (root: unknown, report: Report): void => {
  let nodes = 0;
  const visit = (node: unknown, path: Path, depth: number): void => {
    nodes++;
    if (depth > RULE_TREE_DEPTH) {
      report(path, `groups go at most ${RULE_TREE_DEPTH} levels deep`);
    } else if (!isRecord(node)) {
      report(path, 'must be a condition or a group');
    } else if ('op' in node) {
      for (const [i, child] of checkGroup(node, path, report).entries()) {
        if (nodes > RULE_TREE_NODES) return;
        visit(child, [...path, 'children', i], depth + 1);
      }
    } else checkLeaf(node, path, report);
  };
  visit(root, [], 1);
  if (nodes > RULE_TREE_NODES) report([], `a rule has at most ${RULE_TREE_NODES} conditions and groups`);
};

/** A condition tree, checked down to its expressions. Parsing returns it as it was given. */
export const conditionTree = z
  .unknown()
  .superRefine((value, context) => {
    checkTree(value, (path, message) => context.addIssue({ code: 'custom', path, message }));
  })
  .describe(
    'A condition such as {"type": "sender_email", "value": "*@example.com"}, or a group {"op": "and" | "or" | "not", "children": [...]}',
  ) as unknown as z.ZodType<ConditionTree>;
