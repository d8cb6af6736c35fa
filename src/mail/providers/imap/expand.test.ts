import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MailState } from '#mail/message.ts';
import { applyPatch, invert, type MailPatch, patch } from '#mail/patch.ts';
import { expandPatch } from './expand.ts';
import type { Folder } from './folder-store.ts';
import { sameState, type View } from './view.ts';

const folder = (id: string, role: Folder['role'], state: Folder['state'] = {}): Folder => ({
  id,
  path: id,
  role,
  uidValidity: '1',
  uidNext: 1,
  highestModseq: null,
  state,
});

const FOLDERS = [folder('in', 'inbox'), folder('ar', 'archive'), folder('tr', 'trash'), folder('sp', 'spam')];
const keywords = { 'k:a': { keyword: 'a', name: 'a' }, 'k:b': { keyword: 'b', name: 'b' } };
const VIEW: View = { folders: [...FOLDERS, folder('work', null)], keywords, gmail: false };
const PLACES = VIEW.folders.map((f) => `f:${f.id}`);

const GMAIL: View = {
  folders: [
    folder('in', 'inbox'),
    folder('tr', 'trash'),
    folder('all', null, { all: true }),
    folder('work', null),
  ],
  keywords: {},
  gmail: true,
};

const some = (labels: readonly string[]) => fc.uniqueArray(fc.constantFrom(...labels), { maxLength: 3 });
const aPatch = (labels: readonly string[]): fc.Arbitrary<MailPatch> =>
  fc.record({ addLabels: some(labels), removeLabels: some(labels) }).map((part) => patch(part));

const expanded = (view: View, wanted: MailPatch, state: MailState) =>
  expandPatch(wanted, state, { view, archive: 'f:ar' });

test('whatever is wanted, a message lies in one folder, and the inverse puts it back', () => {
  const labels = [...PLACES, 'k:a', 'k:b'];
  fc.assert(
    fc.property(fc.constantFrom(...PLACES), some(['k:a', 'k:b']), aPatch(labels), (place, words, wanted) => {
      const before: MailState = { labels: [place, ...words], flags: [] };
      const done = expanded(VIEW, wanted, before);
      const after = applyPatch(before, done);
      expect(after.labels.filter((l) => l.startsWith('f:'))).toHaveLength(1);
      expect(sameState(applyPatch(after, invert(done, before, after)), before)).toBe(true);
      // What it came to comes to itself: an action may run twice.
      expect(sameState(applyPatch(after, expanded(VIEW, done, after)), after)).toBe(true);
    }),
  );
});

test.each([
  ['leaving the inbox goes to the archive', ['f:in'], { removeLabels: ['f:in'] }, ['f:ar']],
  ['leaving the trash comes back to the inbox', ['f:tr'], { removeLabels: ['f:tr'] }, ['f:in']],
  ['leaving the inbox where it is not changes nothing', ['f:work'], { removeLabels: ['f:in'] }, ['f:work']],
  [
    'a folder takes the place of the one before',
    ['f:in', 'k:a'],
    { addLabels: ['f:work'] },
    ['f:work', 'k:a'],
  ],
  ['a label stands beside the folder', ['f:in'], { addLabels: ['k:a'] }, ['f:in', 'k:a']],
])('%s', (_, labels, wanted, expected) => {
  const before: MailState = { labels, flags: [] };
  const after = applyPatch(before, expanded(VIEW, patch(wanted), before));
  expect(after.labels.toSorted()).toEqual(expected.toSorted());
});

test.each([
  [
    'the trash takes all labels away',
    ['f:in', 'f:work'],
    { addLabels: ['f:tr'], removeLabels: ['f:in'] },
    ['f:tr'],
  ],
  ['a label takes it out of the trash', ['f:tr'], { addLabels: ['f:in'], removeLabels: ['f:tr'] }, ['f:in']],
  ['archived means without the inbox', ['f:in', 'f:work'], { removeLabels: ['f:in'] }, ['f:work']],
])('at Gmail %s, and the inverse puts it back', (_, labels, wanted, expected) => {
  const before: MailState = { labels, flags: [] };
  const done = expanded(GMAIL, patch(wanted), before);
  const after = applyPatch(before, done);
  expect(after.labels.toSorted()).toEqual(expected.toSorted());
  const undo = expanded(GMAIL, invert(done, before, after), after);
  expect(sameState(applyPatch(after, undo), before)).toBe(true);
});
