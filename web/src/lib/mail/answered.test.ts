import { expect, test } from 'vitest';
import type { Message, Thread } from '../api/types.ts';
import { answered } from './answered.ts';

const threadOf = (...from: string[]): Thread => ({
  id: 't',
  accountId: 'a',
  subject: 's',
  messages: from.map((address, i) => ({ id: String(i), from: { name: '', address } }) as Message),
});
const idOf = (thread: Thread) => answered(thread, 'robin@hale.example')?.id;

test('the newest message is answered, but not one of our own', () => {
  expect(idOf(threadOf('a@x.example', 'b@x.example'))).toBe('1');
  expect(idOf(threadOf('a@x.example', 'Robin@Hale.example'))).toBe('0');
});

test('a thread of our own mail only is answered at its end', () => {
  expect(idOf(threadOf('robin@hale.example', 'robin@hale.example'))).toBe('1');
  expect(idOf(threadOf())).toBeUndefined();
});
