import fc from 'fast-check';
import { expect, test } from 'vitest';
import { authenticationResults, UNKNOWN_AUTH } from './authentication.ts';

const read = (...values: string[]) =>
  authenticationResults(
    values.map((v) => ['authentication-results', v] as const),
    'mx.google.com',
  );

test('the results of the trusted server are read', () => {
  expect(
    read(
      'mx.google.com; dkim=pass header.i=@example.com header.s=s1; spf=softfail (google.com: domain; dkim=fail) smtp.mailfrom=a@example.com; dmarc=none',
    ),
  ).toEqual({ dkim: 'pass', spf: 'fail', dmarc: 'none' });
});

test('a version after the server name is allowed', () => {
  expect(read('MX.google.com 1; spf=pass').spf).toBe('pass');
});

test('one good signature is enough', () => {
  expect(read('mx.google.com; dkim=fail; dkim=pass; dkim=fail').dkim).toBe('pass');
});

test('a header under another name is not believed, whatever follows it', () => {
  expect(read('evil.example; spf=pass; dkim=pass; dmarc=pass', 'mx.google.com; dmarc=pass')).toEqual(
    UNKNOWN_AUTH,
  );
});

test('only the topmost header counts', () => {
  expect(read('mx.google.com; dmarc=fail', 'mx.google.com; dmarc=pass').dmarc).toBe('fail');
});

test.each([
  'mx.google.com; spf=fail (dmarc=pass; dkim=pass)',
  'mx.google.com; spf=fail smtp.mailfrom="x; dmarc=pass; dkim=pass"',
  'mx.google.com (; dmarc=pass; dkim=pass); spf=fail',
  'mx.google.com; spf=fail reason="\\"; dmarc=pass; dkim=pass"',
])('results inside comments and quotes are not results: %s', (value) => {
  expect(read(value)).toEqual({ spf: 'fail', dkim: 'unknown', dmarc: 'unknown' });
});

test('an account without a trusted server knows nothing', () => {
  expect(authenticationResults([['authentication-results', 'a; spf=pass']], null)).toEqual(UNKNOWN_AUTH);
});

test('reading never throws', () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom('mx.google.com', ';', '"', '(', ')', '\\', 'spf=pass', ' ', '=', '/1')),
      (parts) => {
        read(parts.join(''));
      },
    ),
  );
});
