import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DECISION_SOURCES, SAFE_MODES } from '#db/enums.ts';
import { DANGERS, type Danger } from './danger.ts';
import { type PolicySettings, type ReviewInput, review } from './review.ts';

const settings: PolicySettings = {
  approvalAlways: ['mark_read'],
  confidenceDefault: 0.7,
  confidenceLeaveInbox: 0.85,
  forwardAllow: ['Books@example.com'],
};

type Part = Partial<Omit<ReviewInput, 'action'>> & Partial<ReviewInput['action']>;

const judge = ({ type = 'archive', danger = 'leaves_inbox', sends, ...rest }: Part = {}) => {
  const { verdict, reasons } = review(
    {
      source: 'deterministic',
      confidence: 1,
      authenticated: true,
      ...rest,
      action: { type, danger, ...(sends && { sends }) },
    },
    settings,
  );
  return [verdict, ...reasons.map((r) => r.code)].join(' ');
};

const forward = (...to: string[]) =>
  ({ type: 'forward', danger: 'dangerous', sends: { kind: 'forward' as const, to } }) satisfies Part;
const reply = {
  type: 'auto_reply',
  danger: 'dangerous',
  sends: { kind: 'reply', to: ['a@b.c'] },
} satisfies Part;
const override = { safeMode: 'dangerous_override' } as const;
const llm = { source: 'llm', confidence: 0.99 } as const;

const cases: [situation: string, input: Part, expected: string][] = [
  ['a rule archives', {}, 'allow'],
  ['a rule deletes', { type: 'delete', danger: 'dangerous' }, 'ask dangerous'],
  ['a rule that may, deletes', { type: 'delete', danger: 'dangerous', ...override }, 'allow'],
  [
    'a rule that may, forwards to a listed address',
    { ...forward('books@EXAMPLE.com'), ...override },
    'allow',
  ],
  [
    'a rule that may, forwards elsewhere',
    { ...forward('x@evil.test'), ...override },
    'ask recipient-not-allowed',
  ],
  ['a rule that may, forwards to nobody', { ...forward(), ...override }, 'ask recipient-not-allowed'],
  [
    'a rule that may, answers a stranger',
    { ...reply, ...override, authenticated: false },
    'ask sender-unauthenticated',
  ],
  ['a cautious rule archives', { safeMode: 'always_safe' }, 'ask rule-always-safe'],
  ['a cautious rule labels', { safeMode: 'always_safe', type: 'apply_label', danger: 'safe' }, 'allow'],
  ['the settings want to be asked', { type: 'mark_read', danger: 'safe' }, 'ask approval-always'],
  ['a rule goes wild', { rateExceeded: true }, 'ask rate-exceeded'],
  ['a label is missing', { type: 'apply_label', danger: 'safe', unknownLabel: true }, 'ask label-unknown'],
  ['a model archives', { ...llm }, 'allow'],
  [
    'a model is fairly sure and labels',
    { ...llm, confidence: 0.7, type: 'apply_label', danger: 'safe' },
    'allow',
  ],
  ['a model is fairly sure and archives', { ...llm, confidence: 0.84 }, 'ask confidence-low'],
  ['a model gives no number', { ...llm, confidence: Number.NaN }, 'ask confidence-low'],
  ['a model trashes', { ...llm, type: 'trash' }, 'ask model-may-only-propose'],
  ['a model moves', { ...llm, type: 'move' }, 'ask model-may-only-propose'],
  [
    'a model claims an override',
    { ...llm, ...override, type: 'delete', danger: 'dangerous' },
    'ask dangerous model-may-only-propose',
  ],
  [
    'a model forwards to a stranger',
    { ...llm, ...forward('x@evil.test') },
    'deny dangerous model-may-only-propose recipient-not-allowed',
  ],
  ['a model changes a rule', { ...llm, type: 'create_rule', danger: 'safe' }, 'deny model-may-not'],
  ['a learned pattern trashes', { source: 'learned', type: 'trash' }, 'ask model-may-only-propose'],
  ['a model hides a security mail', { ...llm, securityMail: true }, 'ask security-mail'],
  [
    'a model labels a security mail',
    { ...llm, securityMail: true, type: 'apply_label', danger: 'safe' },
    'allow',
  ],
  ['a rule archives a security mail', { securityMail: true }, 'allow'],
  ['a model asks', { ...llm, modelAsked: true }, 'ask model-asked'],
  [
    'two directions are broken',
    { ...llm, directionsViolated: ['a', 'b'] },
    'ask direction-violated direction-violated',
  ],
  [
    'all at once',
    { ...llm, confidence: 0.1, modelAsked: true, unknownLabel: true, rateExceeded: true },
    'ask confidence-low model-asked label-unknown rate-exceeded',
  ],
  [
    'a person archives much',
    { source: 'manual', confidence: 0, rateExceeded: true, type: 'mark_read' },
    'allow',
  ],
  ['a person deletes', { source: 'manual', type: 'delete', danger: 'dangerous' }, 'ask dangerous'],
  ['a person confirms', { source: 'manual', type: 'delete', danger: 'dangerous', confirmed: true }, 'allow'],
  [
    'a person approves what a model may not',
    { ...llm, type: 'create_rule', danger: 'safe', confirmed: true },
    'deny model-may-not',
  ],
];

test.each(cases)('%s', (_, part, expected) => {
  expect(judge(part)).toBe(expected);
});

type Given = Omit<ReviewInput, 'action'> & { type: string; sends: boolean };

const input: fc.Arbitrary<Given> = fc.record({
  source: fc.constantFrom(...DECISION_SOURCES),
  type: fc.constantFrom(
    'archive',
    'apply_label',
    'trash',
    'delete',
    'forward',
    'mark_read',
    'settings',
    'none',
  ),
  sends: fc.boolean(),
  confidence: fc.double({ min: 0, max: 1 }),
  safeMode: fc.constantFrom(...SAFE_MODES),
  modelAsked: fc.boolean(),
  directionsViolated: fc.subarray(['one']),
  unknownLabel: fc.boolean(),
  authenticated: fc.boolean(),
  securityMail: fc.boolean(),
  rateExceeded: fc.boolean(),
  confirmed: fc.boolean(),
});

const limits = fc.record({
  approvalAlways: fc.subarray(['archive', 'trash']),
  confidenceDefault: fc.double({ min: 0, max: 1, noNaN: true }),
  confidenceLeaveInbox: fc.double({ min: 0, max: 1, noNaN: true }),
  forwardAllow: fc.subarray(['a@b.c']),
});

const caution = { allow: 0, ask: 1, deny: 2 };
const withDanger = ({ type, sends, ...rest }: Given, danger: Danger): ReviewInput => ({
  ...rest,
  action: { type, danger, ...(sends && { sends: { kind: 'forward' as const, to: ['a@b.c'] } }) },
});

test('more danger never means less caution', () => {
  fc.assert(
    fc.property(input, limits, (given: Given, with_) => {
      const found = DANGERS.map((danger) => caution[review(withDanger(given, danger), with_).verdict]);
      expect(found).toEqual(found.toSorted((a, b) => a - b));
    }),
    { numRuns: 2000 },
  );
});

test('no answer of a model does more by itself than its closed list', () => {
  const closed = ['archive', 'apply_label', 'mark_read', 'none'];
  fc.assert(
    fc.property(input, limits, fc.constantFrom(...DANGERS), (given: Given, with_, danger) => {
      const hostile = { ...given, source: 'llm' as const, confirmed: false };
      const { verdict } = review(withDanger(hostile, danger), with_);
      if (danger === 'dangerous' || !closed.includes(given.type)) expect(verdict).not.toBe('allow');
    }),
    { numRuns: 2000 },
  );
});

test('it is asked or denied exactly when there is a reason', () => {
  fc.assert(
    fc.property(input, limits, fc.constantFrom(...DANGERS), (given: Given, with_, danger) => {
      const { verdict, reasons } = review(withDanger(given, danger), with_);
      expect(verdict === 'allow').toBe(reasons.length === 0);
    }),
  );
});
