import { deepEqual } from 'node:assert/strict';
import fc from 'fast-check';
import type { Flag, MailState } from '#mail/message.ts';
import { applyPatch, invert, type MailPatch } from '#mail/patch.ts';

const LABELS = ['INBOX', 'a', 'b', 'c', 'd'] as const;
const FLAGS = ['seen', 'flagged'] as const satisfies readonly Flag[];

const subset = <T>(of: readonly T[]) => fc.subarray([...of]);
const state: fc.Arbitrary<MailState> = fc.record({ labels: subset(LABELS), flags: subset(FLAGS) });
const change: fc.Arbitrary<MailPatch> = fc.record({
  addLabels: subset(LABELS),
  removeLabels: subset(LABELS),
  addFlags: subset(FLAGS),
  removeFlags: subset(FLAGS),
});

const sorted = ({ labels, flags }: MailState) => ({ labels: [...labels].sort(), flags: [...flags].sort() });

/** Patches one on another, undone from the last to the first: as before, and at no time a label twice. */
export const labelSets = (): fc.IRawProperty<[unknown]> =>
  fc.property(
    fc.record({ start: state, changes: fc.array(change, { maxLength: 10 }) }),
    ({ start, changes }) => {
      let now = start;
      const done: { before: MailState; change: MailPatch }[] = [];
      for (const one of changes) {
        done.push({ before: now, change: one });
        now = applyPatch(now, one);
        deepEqual(new Set(now.labels).size, now.labels.length);
        deepEqual(
          now.labels.filter((l) => one.removeLabels.includes(l)),
          [],
        );
      }
      for (const { before, change: one } of done.reverse()) now = applyPatch(now, invert(one, before, now));
      deepEqual(sorted(now), sorted(start));
    },
  );
