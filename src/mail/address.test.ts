import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAddresses } from './address.ts';

const cases: [value: string, found: [name: string, address: string][]][] = [
  ['john@example.com', [['', 'john@example.com']]],
  ['John Smith <John@EXAMPLE.com>', [['John Smith', 'John@example.com']]],
  [
    '"Smith, John" <j@x.org>, Mary <m@x.org>',
    [
      ['Smith, John', 'j@x.org'],
      ['Mary', 'm@x.org'],
    ],
  ],
  ['Smith, John <j@x.org>', [['Smith, John', 'j@x.org']]],
  ['Account Team ,_<real@evil.example>', [['Account Team', 'real@evil.example']]],
  ['=?utf-8?Q?Account_Team?= ,_<real@evil.example>', [['Account Team', 'real@evil.example']]],
  ['=?utf-8?Q?Doe, Jane?= <jane@x.org>', [['Doe, Jane', 'jane@x.org']]],
  ['"service@bank.example" <evil@x.org>', [['service@bank.example', 'evil@x.org']]],
  ['service@bank.example <evil@x.org>', [['service@bank.example', 'evil@x.org']]],
  [
    'Bank <a@x.org> <b@y.org>',
    [
      ['Bank', 'a@x.org'],
      ['', 'b@y.org'],
    ],
  ],
  ['j@x.org (John (the) Smith)', [['John (the) Smith', 'j@x.org']]],
  [
    'Team: a@x.org, "B C" <b@x.org>; d@x.org',
    [
      ['', 'a@x.org'],
      ['B C', 'b@x.org'],
      ['', 'd@x.org'],
    ],
  ],
  ['undisclosed-recipients:;', []],
  ['undisclosed-recipients:', []],
  ['12:30 Alerts <a@x.org>', [['12:30 Alerts', 'a@x.org']]],
  [
    'a@x.org; b@x.org',
    [
      ['', 'a@x.org'],
      ['', 'b@x.org'],
    ],
  ],
  ['<@relay.example,@other.example:j@x.org>', [['', 'j@x.org']]],
  ['<<j@x.org>>', [['', 'j@x.org']]],
  [
    'John <j@x.org, Mary <m@x.org>',
    [
      ['John', 'j@x.org'],
      ['Mary', 'm@x.org'],
    ],
  ],
  ['<mailto:j@x.org>', [['', 'j@x.org']]],
  ['j @ x.org', [['', 'j@x.org']]],
  ['"j s"@x.org', [['', '"j s"@x.org']]],
  [
    'j@[IPv6:2001:db8::1]; k@x.org',
    [
      ['', 'j@[ipv6:2001:db8::1]'],
      ['', 'k@x.org'],
    ],
  ],
  [
    '"John <j@x.org>, Mary <m@x.org>',
    [
      ['John', 'j@x.org'],
      ['Mary', 'm@x.org'],
    ],
  ],
  ['"j@x.org"', [['', 'j@x.org']]],
  ['MAILER-DAEMON', [['MAILER-DAEMON', '']]],
  ['<MAILER-DAEMON>', [['', 'MAILER-DAEMON']]],
  ['=?utf-8?B?Sm9obiA8am9obkB4Lm9yZz4=?=', [['John', 'john@x.org']]],
  ['=?utf-8?Q?=3Cboss=40corp.example=3E?= <evil@x.org>', [['<boss@corp.example>', 'evil@x.org']]],
  ['', []],
  [' , ,; ', []],
];

test.each(cases)('%s', (value, found) => {
  expect(parseAddresses(value).map((a) => [a.name, a.address])).toEqual(found);
});

test('no more mailboxes than asked for are read', () => {
  expect(parseAddresses('a@x.org,'.repeat(50), 7)).toHaveLength(7);
});

const odd = fc.string({
  unit: fc.constantFrom(...'ab@<>",;:()\\ \t_=?[].\u00e9\u0000', '=?utf-8?Q?x?=', '<a@b>'),
  maxLength: 60,
});

test('any text gives addresses without line breaks or lost entries, and never throws', () => {
  fc.assert(
    fc.property(odd, (value) => {
      for (const a of parseAddresses(value)) {
        expect(a.address).not.toMatch(/[\r\n\0<>]/);
        expect(a.name + a.address).not.toBe('');
      }
    }),
    { numRuns: 2_000 },
  );
});

test('an ordinary mailbox after any junk that closes is still found', () => {
  const closed = fc.string({ unit: fc.constantFrom(...'ab_.,; '), maxLength: 30 });
  fc.assert(
    fc.property(closed, (junk) => {
      const found = parseAddresses(`${junk} <real@sender.example>`);
      expect(found.map((a) => a.address)).toContain('real@sender.example');
    }),
  );
});

test.each(['<a,', '"', '(', '@:a', 'a@b ', '=?', ',', '<<', 'a:'])(
  '%s repeated is read in linear time',
  (unit) => {
    // A quadratic reader takes minutes here, and is stopped by the test's own time limit.
    expect(parseAddresses(unit.repeat(200_000 / unit.length)).length).toBeLessThanOrEqual(10_000);
  },
);
