import { UNDO } from './action.ts';
import { findActionKind } from './kinds/catalog.ts';

/** Kinds whose words name the label that they are about. */
const WITH_LABEL: Readonly<Record<string, string>> = {
  apply_label: 'Label',
  remove_label: 'Remove label',
  move: 'Move to',
};

/** What names things for people. */
export interface Names {
  /** The name of a label by its provider id; what is no known id is a name already. */
  label(idOrName: string): string;
}

/** An action in a few words, made by code: `Archive`, `Label “Receipts”`. */
export const describeAction = (
  action: { type: string; parameters: Record<string, unknown> },
  names: Names,
  /** For an undo: what it undoes. */
  of?: { type: string; parameters: Record<string, unknown> },
): string => {
  if (action.type === UNDO) return of ? `Undo: ${describeAction(of, names)}` : 'Undo';
  const label = action.parameters.label;
  const verb = WITH_LABEL[action.type];
  if (verb !== undefined && typeof label === 'string') return `${verb} “${names.label(label)}”`;
  return findActionKind(action.type)?.title ?? action.type.replaceAll('_', ' ');
};
