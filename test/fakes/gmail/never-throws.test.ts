import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ApiError } from './api/api-error.ts';
import { onlyFields } from './api/fields.ts';
import { decodeWords } from './mime/encoded-words.ts';
import { parseParameters } from './mime/parameters.ts';
import { parsePart } from './mime/part.ts';
import { payloadOf } from './mime/payload.ts';
import { rewriteHead } from './mime/rewrite.ts';
import { snippetOf } from './mime/snippet.ts';
import { parseQuery } from './query/query.ts';

const crooked = fc
  .array(
    fc.constantFrom(
      'Content-Type: ',
      'multipart/mixed; boundary=b',
      'message/rfc822',
      'text/plain; charset=nonsense',
      'Content-Transfer-Encoding: base64',
      '--b',
      '--b--',
      '\r\n',
      '\n\n',
      '\r\n\r\n',
      ' folded',
      '=?utf-8?B?w7w=?=',
      '=?x?q?=ZZ?=',
      "name*0*=utf-8''%c3;name*1*=%bc\"",
      '<b>&amp;',
      '\u0000\u00ff',
      ':',
    ),
    { maxLength: 40 },
  )
  .map((pieces) => Buffer.from(pieces.join(''), 'latin1'));

test('no bytes make the MIME reader throw', () => {
  fc.assert(
    fc.property(crooked, (raw) => {
      const root = parsePart(raw);
      const options = { attachmentId: (id: string) => id, decodeHeaders: true, inlineTextBytes: 1_000 };
      expect(payloadOf(root, options).partId).toBe('');
      expect(typeof snippetOf(root)).toBe('string');
    }),
    { numRuns: 500 },
  );
});

test('a rewritten head keeps the body byte for byte', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const raw = Buffer.concat([Buffer.from('A: 1\r\nB: 2\r\n 3\r\n\r\n'), bytes]);
      const out = rewriteHead(raw, { without: (name) => name === 'b', first: ['C: 4'] });
      expect(out.equals(Buffer.concat([Buffer.from('C: 4\r\nA: 1\r\n\r\n'), bytes]))).toBe(true);
    }),
  );
});

test('no text makes the readers of words, parameters and searches throw', () => {
  const bits = fc.constantFrom(
    'from:',
    '(',
    ')',
    '{',
    '}',
    '"',
    '-',
    'OR',
    ' ',
    'a',
    ':',
    'in:',
    '=?',
    '?=',
    ';',
    '*=',
    "'",
  );
  fc.assert(
    fc.property(fc.array(bits, { maxLength: 30 }), (pieces) => {
      const text = pieces.join('');
      expect(parseQuery(text)).toHaveProperty('kind');
      expect(typeof decodeWords(text)).toBe('string');
      expect(typeof parseParameters(text).value).toBe('string');
    }),
    { numRuns: 1_000 },
  );
});

test('a selection of fields is either taken or refused as a wrong argument', () => {
  const bits = fc.constantFrom('id', 'payload', '(', ')', '/', ',', '*', ' ', '!');
  fc.assert(
    fc.property(fc.array(bits, { maxLength: 12 }), (pieces) => {
      try {
        const kept = onlyFields({ id: 1, payload: { id: 2, size: 3 } }, pieces.join(''));
        expect(kept).toBeTypeOf('object');
      } catch (error) {
        expect(error).toBeInstanceOf(ApiError);
      }
    }),
    { numRuns: 1_000 },
  );
});
