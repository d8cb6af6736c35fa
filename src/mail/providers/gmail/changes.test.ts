import { expect, test } from 'vitest';
import { changesSince } from './changes.ts';
import { tooLarge } from './errors.ts';
import type { Call, Rest } from './rest.ts';

/** Answers each call as the test says. */
const answering = (answer: (call: Call) => unknown): Rest & { calls: Call[] } => {
  const calls: Call[] = [];
  return {
    calls,
    ask: async (call, schema) => {
      calls.push(call);
      return schema.parse(answer(call));
    },
    tell: async () => {},
  };
};

const added = (id: number) => ({
  id: String(id),
  messagesAdded: [{ message: { id: `18c00000000000${id}` } }],
});

test('a page of history that is too large is asked for with fewer records, and nothing is passed over', async () => {
  const rest = answering((call) => {
    const most = Number(call.query?.maxResults);
    if (most > 5) throw tooLarge('history.list', 1);
    return { history: [11, 12].map(added), nextPageToken: 'more', historyId: '99' };
  });
  expect(await changesSince(rest, '10', 500)).toEqual({
    changes: [11, 12].map((id) => ({ kind: 'added', id: `18c00000000000${id}` })),
    cursor: '12',
    more: true,
  });
});

test('pages of history that hold nothing and have no end are a gap, and no standstill', async () => {
  const rest = answering(() => ({ nextPageToken: 'more', historyId: '99' }));
  expect(await changesSince(rest, '10', 500)).toEqual({ expired: true });
  expect(rest.calls.length).toBeLessThanOrEqual(10);
});

test('some pages that hold nothing are passed over', async () => {
  let left = 3;
  const rest = answering(() =>
    left-- > 0 ? { nextPageToken: 'more' } : { history: [added(11)], historyId: '99' },
  );
  expect(await changesSince(rest, '10', 500)).toMatchObject({ cursor: '99', more: false });
});
