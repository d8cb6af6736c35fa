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

/** The part of the patch that really changes a message which is in `before`. */
export const effectOf = (p: MailPatch, before: MailState): MailPatch => ({
  addLabels: p.addLabels.filter((l) => !before.labels.includes(l) && !p.removeLabels.includes(l)),
  removeLabels: p.removeLabels.filter((l) => before.labels.includes(l)),
  addFlags: p.addFlags.filter((f) => !before.flags.includes(f) && !p.removeFlags.includes(f)),
  removeFlags: p.removeFlags.filter((f) => before.flags.includes(f)),
});

/**
 * What undoes the patch on a message that was in `before` and is in `now`: only what the patch itself altered goes back,
 * and only where nobody has altered it since.
 */
export const invert = (p: MailPatch, before: MailState, now: MailState): MailPatch => {
  const done = effectOf(p, before);
  return {
    addLabels: done.removeLabels.filter((l) => !now.labels.includes(l)),
    removeLabels: done.addLabels.filter((l) => now.labels.includes(l)),
    addFlags: done.removeFlags.filter((f) => !now.flags.includes(f)),
    removeFlags: done.addFlags.filter((f) => now.flags.includes(f)),
  };
};
