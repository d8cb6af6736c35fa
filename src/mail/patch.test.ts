import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FLAGS, type MailState } from './message.ts';
import { applyPatch, effectOf, invert, isEmptyPatch, type MailPatch } from './patch.ts';

const LABELS = ['INBOX', 'TRASH', 'Work', 'Receipts', 'Family'];
const subset = <T>(of: readonly T[]) => fc.subarray([...of]);
const state: fc.Arbitrary<MailState> = fc.record({ labels: subset(LABELS), flags: subset(FLAGS) });
const anyPatch: fc.Arbitrary<MailPatch> = fc.record({
  addLabels: subset(LABELS),
  removeLabels: subset(LABELS),
  addFlags: subset(FLAGS),
  removeFlags: subset(FLAGS),
});
const sets = (s: MailState) => ({ labels: new Set(s.labels), flags: new Set(s.flags) });

test('a patch followed by its inverse leaves the message as it was', () => {
  fc.assert(
    fc.property(state, anyPatch, (before, p) => {
      const after = applyPatch(before, p);
      expect(sets(applyPatch(after, invert(p, before, after)))).toEqual(sets(before));
    }),
  );
});

test('a patch applied twice is the same as once', () => {
  fc.assert(
    fc.property(state, anyPatch, (before, p) => {
      const once = applyPatch(before, p);
      expect(sets(applyPatch(once, p))).toEqual(sets(once));
    }),
  );
});

test('an undo never touches what the patch did not change', () => {
  fc.assert(
    fc.property(state, anyPatch, state, (before, p, now) => {
      const done = effectOf(p, before);
      const touched = [...done.addLabels, ...done.removeLabels];
      const undone = applyPatch(now, invert(p, before, now));
      for (const label of LABELS) {
        if (!touched.includes(label)) expect(undone.labels.includes(label)).toBe(now.labels.includes(label));
      }
    }),
  );
});

test('an undo leaves alone what the person has changed back since', () => {
  const before = { labels: ['INBOX'], flags: [] };
  const p = { addLabels: ['Work'], removeLabels: ['INBOX'], addFlags: [], removeFlags: [] };
  const personPutItBack = { labels: ['INBOX', 'Family'], flags: [] };
  expect(isEmptyPatch(invert(p, before, personPutItBack))).toBe(true);
});

test('what was there before the patch is not taken away by its undo', () => {
  const before = { labels: ['INBOX', 'Work'], flags: [] };
  const p = { addLabels: ['Work'], removeLabels: [], addFlags: [], removeFlags: [] };
  expect(isEmptyPatch(invert(p, before, applyPatch(before, p)))).toBe(true);
});
