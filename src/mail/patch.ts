import type { Flag, MailState } from './message.ts';

/** Labels (provider label ids) and flags to add and remove. Every reversible action compiles to one of these. */
export interface MailPatch {
  addLabels: string[];
  removeLabels: string[];
  addFlags: Flag[];
  removeFlags: Flag[];
}

export const emptyPatch = (): MailPatch => ({
  addLabels: [],
  removeLabels: [],
  addFlags: [],
  removeFlags: [],
});

export const patch = (part: Partial<MailPatch>): MailPatch => ({ ...emptyPatch(), ...part });

export const isEmptyPatch = (p: MailPatch): boolean =>
  p.addLabels.length + p.removeLabels.length + p.addFlags.length + p.removeFlags.length === 0;

const applySet = <T>(now: readonly T[], add: readonly T[], remove: readonly T[]): T[] => {
  const gone = new Set(remove);
  const out = now.filter((x) => !gone.has(x));
  for (const x of add) if (!gone.has(x) && !out.includes(x)) out.push(x);
  return out;
};

/** The state after the patch. Pure; what is in both `add` and `remove` is removed. */
export const applyPatch = (state: MailState, p: MailPatch): MailState => ({
  labels: applySet(state.labels, p.addLabels, p.removeLabels),
  flags: applySet(state.flags, p.addFlags, p.removeFlags),
});

const difference = <T>(from: readonly T[], to: readonly T[]): { add: T[]; remove: T[] } => ({
  add: to.filter((x) => !from.includes(x)),
  remove: from.filter((x) => !to.includes(x)),
});

/** The smallest patch that leads from one state to the other. */
export const diffStates = (from: MailState, to: MailState): MailPatch => {
  const labels = difference(from.labels, to.labels);
  const flags = difference(from.flags, to.flags);
  return {
    addLabels: labels.add,
    removeLabels: labels.remove,
    addFlags: flags.add,
    removeFlags: flags.remove,
  };
};

/**
 * What undoes the change from `before` to `after`, given how the message is `now`: only what that change really altered
 * goes back, and only where nobody has altered it since.
 */
export const invert = (before: MailState, after: MailState, now: MailState): MailPatch => {
  const back = diffStates(after, before);
  return {
    addLabels: back.addLabels.filter((l) => !now.labels.includes(l)),
    removeLabels: back.removeLabels.filter((l) => now.labels.includes(l)),
    addFlags: back.addFlags.filter((f) => !now.flags.includes(f)),
    removeFlags: back.removeFlags.filter((f) => now.flags.includes(f)),
  };
};
