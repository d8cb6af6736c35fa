import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { viewOf } from '#actions/mailbox-view.ts';
import { applyPatch, invert } from '#mail/patch.ts';
import { isAppError } from '#std/errors.ts';
import type { Instant } from '#std/time.ts';
import { ACTION_KINDS, actionKind } from './catalog.ts';
import { parseParameters } from './parameters.ts';

const label = (id: string, role: 'inbox' | 'trash' | 'spam' | null, name = id) => ({
  id,
  accountId: 'a',
  providerLabelId: id,
  name,
  role,
  type: role ? ('system' as const) : ('user' as const),
  description: null,
  availableToClassifier: true,
});
const now = '2026-01-15T09:00:00.000Z' as Instant;
const view = viewOf(
  [label('INBOX', 'inbox'), label('TRASH', 'trash'), label('L1', null, 'Work'), label('L2', null, 'Snoozed')],
  'Snoozed',
  now,
);
const EXAMPLES: Record<string, Record<string, unknown>> = {
  apply_label: { label: 'work' },
  remove_label: { label: 'L1' },
  move: { label: 'Work' },
  snooze: { amount: 2, units: 'days' },
  add_note: { text: 'Ask about the invoice' },
  create_draft: { text: 'Thank you.' },
  reply: { text: 'Thank you.' },
  forward: { to: ['books@example.com'], note: 'For you' },
  auto_reply: { text: 'I am away until Monday.' },
};

describe.each(ACTION_KINDS)('$type', (kind) => {
  const parameters = EXAMPLES[kind.type] ?? {};

  test('takes its parameters as they are and refuses unknown ones', () => {
    expect(parseParameters({ type: kind.type, parameters })).toEqual(parameters);
    const wrong = () => parseParameters({ type: kind.type, parameters: { ...parameters, extra: 1 } });
    expect(wrong).toThrow(expect.objectContaining({ code: 'actions.bad-parameters' }));
  });

  test('has a pure effect that its inverse takes back', () => {
    const effect = kind.effect(parameters, view);
    expect(kind.effect(parameters, view)).toEqual(effect);
    if (effect.kind !== 'patch') return;
    expect(kind.reversible).toBe(true);
    const before = { labels: ['INBOX', 'Other'], flags: [] };
    const after = applyPatch(before, effect.patch);
    const back = applyPatch(after, invert(effect.patch, before, after));
    expect(new Set(back.labels)).toEqual(new Set(before.labels));
    expect(back.flags).toEqual(before.flags);
  });

  test('describes itself and every parameter', () => {
    expect(kind.title.length).toBeGreaterThan(3);
    expect(kind.description).toMatch(/\.$/);
    const schema = z.toJSONSchema(kind.parameters, { io: 'input' }) as {
      properties?: Record<string, { description?: string }>;
    };
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      expect(property.description, name).toBeTruthy();
    }
  });
});

test('an unknown kind is refused with the list of kinds', () => {
  expect(() => actionKind('explode')).toThrow(expect.objectContaining({ code: 'actions.unknown-kind' }));
});

test('a label that the mailbox does not have is an input error', () => {
  try {
    actionKind('apply_label').effect({ label: 'Nowhere' }, view);
    expect.unreachable();
  } catch (e) {
    expect(isAppError(e, 'actions.no-label')).toBe(true);
  }
});

test('what leaves the mailbox is dangerous, says so, and cannot be taken back', () => {
  for (const kind of ACTION_KINDS) {
    const effect = kind.effect(EXAMPLES[kind.type] ?? {}, view);
    expect(kind.sends !== undefined, kind.type).toBe(effect.kind === 'send');
    if (kind.sends) expect(kind).toMatchObject({ danger: 'dangerous', reversible: false });
  }
});

test('addresses that mail cannot go to, and text that cannot be seen, are refused', () => {
  const refused = (type: string, parameters: Record<string, unknown>) =>
    expect(() => parseParameters({ type, parameters }), JSON.stringify(parameters)).toThrow(
      expect.objectContaining({ code: 'actions.bad-parameters' }),
    );
  for (const to of [[], ['x'], ['a@b.example, c@d.example'], ['a@b.example\r\nBcc: c@d.example']]) {
    refused('forward', { to });
  }
  for (const text of ['', 'a\0b', 'a\u202eb', '\ud800', 'a\u0085b']) refused('reply', { text });
});

test('a snooze that ends in the past or after a year is refused', () => {
  const snooze = actionKind('snooze');
  for (const until of ['2026-01-15T08:00:00Z', '2027-06-01T00:00:00Z']) {
    expect(() => snooze.effect({ until }, view)).toThrow(
      expect.objectContaining({ code: 'actions.snooze-time' }),
    );
  }
  expect(snooze.effect({ until: '2026-01-16T08:00:00+01:00' }, view)).toMatchObject({
    wakeAt: '2026-01-16T07:00:00.000Z',
  });
});
