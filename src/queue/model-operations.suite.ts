import fc from 'fast-check';

/** A key once in `n` times. */
const rarely = (n: number) => fc.nat(2 * n - 1).map((i) => (i === 0 ? 'a' : i === 1 ? 'b' : undefined));
const pick = fc.nat(12);
const type = fc.constantFrom('test.plain' as const, 'test.other' as const);
const inMs = fc.constantFrom(-5, 0, 5, 50);

export const STALE_MS = 1_000;
export const STEP_NAMES = ['one', 'two'] as const;

const enqueue = fc.record({
  do: fc.constant('enqueue' as const),
  /** How many in one call. */
  count: fc.constantFrom(1, 1, 1, 2, 4),
  /** In whose transaction; one may be rolled back after it. */
  tx: fc.constantFrom('own', 'own', 'committed', 'rolled back'),
  type,
  priority: fc.integer({ min: -1, max: 1 }),
  inMs: fc.constantFrom(undefined, -20, -10, 0, 5, 50),
  idempotency: rarely(10),
  singleton: rarely(4),
  serial: rarely(3),
  fair: rarely(2),
});

const ending = fc.oneof(
  fc.constantFrom(
    'completed' as const,
    'forgotten' as const,
    'canceled' as const,
    'fatal' as const,
    'exhausted' as const,
  ),
  fc.record({ inMs, counted: fc.boolean() }),
);

const rooms = fc.record({
  'test.plain': fc.integer({ min: 0, max: 4 }),
  'test.other': fc.integer({ min: 0, max: 4 }),
});

export const operation = fc.oneof(
  { weight: 6, arbitrary: enqueue },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('claim' as const), limit: fc.integer({ min: 0, max: 5 }), rooms }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('settle' as const),
      claims: fc.array(pick, { minLength: 1, maxLength: 6 }),
      ending,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('cancel' as const, 'retry' as const, 'discard' as const),
      job: pick,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('heartbeat' as const), claim: pick }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('step' as const),
      claim: pick,
      name: fc.constantFrom(...STEP_NAMES),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('reschedule' as const), job: pick, inMs }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('advance' as const),
      ms: fc.constantFrom(1, 5, 50, STALE_MS + 1),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('rescue' as const),
      /** How long after the step before it. */
      afterMs: fc.constantFrom(0, STALE_MS + 1),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('retryMany' as const, 'discardMany' as const), type }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('prune' as const),
      completedMs: fc.constantFrom(20, 500),
      failedMs: fc.constantFrom(50, 2_000),
    }),
  },
);

export type Operation = typeof operation extends fc.Arbitrary<infer T> ? T : never;
export type OperationOf<Name extends Operation['do']> = Extract<Operation, { do: Name }>;
