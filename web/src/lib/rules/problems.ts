import type { Catalog, CatalogEntry } from '#lib/api/rule-types.ts';
import { humanize } from '#lib/format.ts';
import type { EditNode, EditRule } from './edit.ts';

const hasEmptyGroup = (node: EditNode): boolean =>
  node.kind === 'group' && (node.children.length === 0 || node.children.some(hasEmptyGroup));

/** What a condition or an action lacks, named as the form names it. A kind that this catalog lacks is left alone. */
const lacks = (
  what: string,
  part: { type: string; parameters: Record<string, unknown> },
  entries: readonly CatalogEntry[],
): string[] => {
  const entry = entries.find(({ type }) => type === part.type);
  const missing = (entry?.parameters.required ?? []).filter((name) => {
    const value = part.parameters[name];
    return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
  });
  return missing.map((name) => {
    const label = entry?.parameters.properties?.[name]?.title ?? humanize(name);
    return `${what}, “${entry?.title}”, needs a ${label.toLowerCase()}.`;
  });
};

const nodeProblems = (node: EditNode, at: string, catalog: Catalog): string[] =>
  node.kind === 'leaf'
    ? lacks(`Condition ${at}`, node, catalog.conditions)
    : node.children.flatMap((child, i) =>
        nodeProblems(child, at === '' ? `${i + 1}` : `${at}.${i + 1}`, catalog),
      );

/** What keeps the rule from being saved, as sentences; empty when it can be sent. The server checks everything again. */
export const problems = (edit: EditRule, catalog: Catalog): string[] => {
  const found: string[] = [];
  if (edit.name.trim() === '') found.push('Give the rule a name.');
  if (edit.scope !== 'global' && !edit.scopeRef)
    found.push('Say which account, domain or sender the rule is for.');
  if (hasEmptyGroup(edit.root)) found.push('Every group needs at least one condition.');
  found.push(...nodeProblems(edit.root, '', catalog));
  if (edit.actions.length === 0) found.push('Add at least one action.');
  for (const [i, action] of edit.actions.entries())
    found.push(...lacks(`Action ${i + 1}`, action, catalog.actions));
  return found;
};
