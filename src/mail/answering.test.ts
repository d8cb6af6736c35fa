import { expect, test } from 'vitest';
import {
  answerReferences,
  autoReplyRecipient,
  forwardSubject,
  replyRecipient,
  replySubject,
} from './answering.ts';
import type { ParsedMail } from './message.ts';

test.each([
  ['Hello', 'Re: Hello'],
  ['Re: Hello', 'Re: Hello'],
  ['RE: re : Re[2]: Hello', 'Re: Hello'],
  ['Fwd: Re: Hello', 'Re: Fwd: Re: Hello'],
  ['Regarding: x', 'Re: Regarding: x'],
  ['', 'Re: '],
  ['a\u202e\u0007b', 'Re: a b'],
])('the reply to %j is %j', (subject, reply) => {
  expect(replySubject(subject)).toBe(reply);
});

test('a forward has one Fwd, and a long subject is cut', () => {
  expect(forwardSubject('FW: fwd: Invoice')).toBe('Fwd: Invoice');
  expect(replySubject('x'.repeat(5_000))).toHaveLength(500);
});

const mail = (part: {
  from?: string;
  replyTo?: string;
  path?: string;
}): Pick<ParsedMail, 'from' | 'replyTo' | 'headers'> => {
  const list = (address?: string) => (address === undefined ? [] : [{ name: '', address }]);
  return {
    from: list(part.from),
    replyTo: list(part.replyTo),
    headers: part.path === undefined ? [] : [['return-path', part.path]],
  };
};

test.each([
  [{ from: 'a@x.example' }, 'a@x.example', 'a@x.example'],
  [{ from: 'a@x.example', replyTo: 'b@y.example' }, 'b@y.example', 'a@x.example'],
  [{ from: 'a@x.example', replyTo: 'undisclosed' }, 'a@x.example', 'a@x.example'],
  [{ from: 'a@x.example', path: '<c@x.example>' }, 'a@x.example', 'c@x.example'],
  [{ from: 'a@x.example', path: '<c@mail.x.example>' }, 'a@x.example', 'c@mail.x.example'],
  [{ from: 'a@x.example', path: '<victim@z.example>' }, 'a@x.example', 'a@x.example'],
  [{ from: 'a@x.example', path: '<v@notx.example>' }, 'a@x.example', 'a@x.example'],
  [{ from: 'a@x.example', path: 'junk' }, 'a@x.example', 'a@x.example'],
  [{ from: 'nobody' }, null, null],
  [{ replyTo: 'b@y.example' }, 'b@y.example', null],
])('whom to answer: %j', (part, reply, automatic) => {
  expect(replyRecipient(mail(part))).toBe(reply);
  expect(autoReplyRecipient(mail(part))).toBe(automatic);
});

test('an answer refers to all that came before, and last to what it answers', () => {
  expect(answerReferences({ references: ['a', 'b'], inReplyTo: 'b', rfc822MessageId: 'c' })).toEqual([
    'a',
    'b',
    'c',
  ]);
  expect(answerReferences({ references: [], inReplyTo: 'b', rfc822MessageId: 'c' })).toEqual(['b', 'c']);
  expect(answerReferences({ references: ['c', 'a'], inReplyTo: null, rfc822MessageId: 'c' })).toEqual([
    'a',
    'c',
  ]);
  expect(answerReferences({ references: ['a'], inReplyTo: null, rfc822MessageId: null })).toEqual(['a']);
});
