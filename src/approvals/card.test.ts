import { expect, test } from 'vitest';
import type { Action } from '#actions/action.ts';
import { approvalCard } from './card.ts';

const cardOf = (
  part: Pick<Action, 'type' | 'parameters'> & { sends?: { kind: 'forward' | 'reply'; to: string[] } },
) =>
  approvalCard({
    action: {
      type: part.type,
      parameters: part.parameters,
      review: {
        action: { type: part.type, danger: 'dangerous', ...(part.sends ? { sends: part.sends } : {}) },
      },
    } as Action,
    approval: { reasons: [] },
    message: {
      subject: 'Lunch\u202e?',
      from: { name: 'Ada', address: 'ada@bücher.example' },
      receivedAt: '2026-01-15T09:00:00.000Z',
    },
    ruleName: null,
    names: { label: (id) => id },
  });

test('the card of a mail names every recipient in full and shows the exact text', () => {
  const to = Array.from({ length: 100 }, (_, i) => `a-rather-long-name-${i}@example.com`);
  const note = `First line.\n\n${'x'.repeat(20_000)}\nlast\u202e line`;
  const card = cardOf({ type: 'forward', parameters: { to, note }, sends: { kind: 'forward', to } });
  expect(card.verb).toBe('Forward');
  expect(card.target).toBe('“Lunch?” from ada@xn--bcher-kva.example, 2026-01-15');
  expect(card.lines[0]).toBe(`To: ${to.join(', ')}`);
  expect(card.lines[1]).toBe(`Text:\nFirst line.\n\n${'x'.repeat(20_000)}\nlast line`);
  expect(card.lines).toContain('It cannot be undone.');
});

test('a reply is shown with whom the headers say it goes to', () => {
  const reply = { type: 'reply', parameters: { text: 'Yes.' } };
  expect(cardOf({ ...reply, sends: { kind: 'reply', to: ['ada@example.com'] } }).lines.slice(0, 2)).toEqual([
    'To: ada@example.com',
    'Text:\nYes.',
  ]);
  expect(cardOf({ ...reply, sends: { kind: 'reply', to: [] } }).lines[0]).toMatch('nobody');
});
