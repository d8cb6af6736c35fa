import { expect, test } from 'vitest';
import { addressesIn } from './addresses.ts';

test.each([
  ['', []],
  ['a@b.example', ['a@b.example']],
  [' a@b.example, c@d.example;\n<e@f.example> ', ['a@b.example', 'c@d.example', 'e@f.example']],
  ['a@b.example a@b.example', ['a@b.example']],
  ['nobody', []],
])('the addresses in %j', (text, found) => {
  expect(addressesIn(text)).toEqual(found);
});
