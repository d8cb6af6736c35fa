import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { z } from 'zod';
import type { User } from '#access/user.ts';
import { DIGEST_STATES, type Digest } from '#digests/digest.ts';
import type { Email } from '#mail/email.ts';
import { FLAGS } from '#mail/message.ts';
import { isAppError } from '#std/errors.ts';
import { readModel } from '#std/read-model.ts';
import { type Instant, toInstant } from '#std/time.ts';
import { MODEL_NAMES, MODELS, type ModelName, modelSchema } from './models.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 40 });
const line = fc.string({ maxLength: 40 });
const id = fc.uuid();
const whole = fc.nat();
const instant: fc.Arbitrary<Instant> = fc
  .integer({ min: 0, max: Date.parse('9999-12-31T23:59:59.999Z') })
  .map(toInstant);
const orNull = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: null });
const address = fc.record({ name: text, address: text });
const addresses = fc.array(address, { maxLength: 3 });

const email: fc.Arbitrary<Email> = fc.record({
  id,
  accountId: id,
  threadId: id,
  providerMessageId: fc.string({ minLength: 1 }),
  rfc822MessageId: orNull(text),
  inReplyTo: orNull(text),
  references: fc.array(text, { maxLength: 3 }),
  from: addresses,
  replyTo: addresses,
  to: addresses,
  cc: addresses,
  bcc: addresses,
  subject: text,
  snippet: text,
  receivedAt: instant,
  sentAt: orNull(instant),
  sizeBytes: whole,
  text,
  newText: text,
  labels: fc.array(text, { maxLength: 3 }),
  flags: fc.subarray([...FLAGS]),
  attachments: fc.array(
    fc.record({
      index: whole,
      filename: text,
      mimeType: text,
      sizeBytes: whole,
      contentId: orNull(text),
      inline: fc.boolean(),
    }),
    { maxLength: 2 },
  ),
  hasCalendar: fc.boolean(),
  notes: fc.array(text, { maxLength: 2 }),
  goneAt: orNull(instant),
});

const user: fc.Arbitrary<User> = fc.record({
  id,
  email: fc.emailAddress(),
  displayName: line,
  timeZone: fc.constantFrom('Europe/Berlin', 'UTC'),
  locale: fc.constantFrom('en', 'de-DE'),
  preferences: fc.dictionary(
    fc.string().filter((key) => key !== '__proto__'),
    fc.jsonValue() as fc.Arbitrary<User['preferences'][string]>,
    { maxKeys: 3 },
  ),
  hasPassword: fc.boolean(),
  createdAt: instant,
  updatedAt: instant,
});

const person = fc.record({ name: line, address: line });
const count = fc.integer({ min: 1, max: 1_000 });

const entry = fc.record({
  threadId: id,
  messageId: id,
  accountId: id,
  from: person,
  subject: line,
  receivedAt: instant,
  summary: fc.record({ text: line, tier: fc.constantFrom('model', 'fallback', 'local', 'first_sentences') }),
  readingSeconds: whole,
  attachments: fc.array(fc.record({ filename: line, mimeType: line, sizeBytes: whole }), { maxLength: 2 }),
  moreAttachments: whole,
  messageCount: count,
});

const group = fc.oneof(
  fc.record({ kind: fc.constant('thread'), thread: entry }),
  fc.record({
    kind: fc.constant('sender'),
    from: person,
    threadCount: count,
    messageCount: count,
    threads: fc.array(entry, { minLength: 1, maxLength: 2 }),
    more: whole,
  }),
);

const waiting = fc.record({
  approvalId: id,
  actionId: id,
  messageId: id,
  verb: line,
  target: line,
  reasons: fc.array(line, { maxLength: 2 }),
  expiresAt: instant,
});

const done = fc.record({
  ruleId: orNull(id),
  ruleName: orNull(line),
  messageCount: count,
  kinds: fc.array(fc.record({ type: line, title: line, count, undoable: fc.boolean() }), { maxLength: 2 }),
  moreKinds: whole,
  messages: fc.array(
    fc.record({
      messageId: id,
      threadId: id,
      from: person,
      subject: line,
      actionIds: fc.array(id, { maxLength: 2 }),
    }),
    { maxLength: 2 },
  ),
  more: whole,
});

const counted = fc.record({
  what: fc.constantFrom('received', 'decided', 'hidden', 'action'),
  type: orNull(line),
  title: line,
  count: whole,
});

const section = <T>(name: string, item: fc.Arbitrary<T>) =>
  fc.record({
    section: fc.constant(name),
    items: fc.array(item, { maxLength: 2 }),
    total: whole,
    more: whole,
  });

const digest = fc.record({
  from: instant,
  to: instant,
  timeZone: fc.constantFrom('Europe/Berlin', 'UTC'),
  readingSeconds: whole,
  sections: fc.tuple(
    section('unread', group),
    section('waiting', waiting),
    section('done', done),
    section('counts', counted),
  ),
  id,
  userId: id,
  scheduleId: orNull(id),
  occasion: fc.string({ minLength: 1, maxLength: 40 }),
  state: fc.constantFrom(...DIGEST_STATES),
  createdAt: instant,
  deliveries: fc.array(fc.record({ channel: fc.constant('web'), at: instant }), { maxLength: 2 }),
}) as unknown as fc.Arbitrary<Digest>;

const VALID: Record<ModelName, fc.Arbitrary<Email | User | Digest>> = { email, user, digest };

const read = (name: ModelName, value: unknown): unknown => readModel(name, MODELS[name] as z.ZodType, value);

/** Where it is refused; undefined when it is taken. */
const refusedAt = (name: ModelName, value: unknown): unknown => {
  try {
    read(name, value);
    return undefined;
  } catch (e) {
    if (!isAppError(e, 'model.invalid')) throw e;
    return e.fields.path;
  }
};

type Path = (string | number)[];
type Json = unknown[] | Record<string, unknown>;

/** Every place in a value, but for preferences, which may be any JSON. */
const placesIn = (value: unknown, path: Path = []): Path[] => {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  const deeper = inner.flatMap(([key, one]) => (key === 'preferences' ? [] : placesIn(one, [...path, key])));
  return [path, ...deeper];
};

const named = (path: Path): string =>
  path.map((key, i) => (typeof key === 'number' ? `[${key}]` : `${i === 0 ? '' : '.'}${key}`)).join('') ||
  'the value';

const at = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>((inner, key) => (inner as Record<string | number, unknown>)[key], value);

const parentOf = (value: unknown, path: Path): Record<string | number, unknown> =>
  at(value, path.slice(0, -1)) as Record<string | number, unknown>;

const isPlain = (value: unknown): value is Json & Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

test.each(MODEL_NAMES)('%s: what is written is read back the same', (name) => {
  fc.assert(
    fc.property(VALID[name], (value) => {
      const json = JSON.stringify(value);
      expect(JSON.stringify(read(name, JSON.parse(json)))).toBe(json);
      expect(read(name, value)).toEqual(value);
    }),
  );
});

const mutated = (name: ModelName, change: (value: unknown, path: Path) => string | undefined): void => {
  fc.assert(
    fc.property(VALID[name], fc.nat(), (value, n) => {
      const copy: unknown = structuredClone(value);
      const places = placesIn(copy).filter((path) => path.length > 0);
      const wanted = change(copy, places[n % places.length] ?? []);
      if (wanted !== undefined) expect(refusedAt(name, copy)).toBe(wanted);
    }),
  );
};

test.each(MODEL_NAMES)('%s: a key that is not known is refused where it stands', (name) => {
  mutated(name, (value, path) => {
    const inner = at(value, path);
    const [target, place] = isPlain(inner) ? [inner, path] : [value as Record<string, unknown>, []];
    target.passwordHash = 'x';
    return named([...place, 'passwordHash']);
  });
});

test.each(MODEL_NAMES)('%s: a value of the wrong type is refused where it stands', (name) => {
  mutated(name, (value, path) => {
    parentOf(value, path)[path.at(-1) ?? ''] = { not: 'this' };
    const wasObject = path.at(-1) === 'from' || path.at(-1) === 'summary' || path.at(-1) === 'thread';
    const inObject = typeof path.at(-1) === 'number' || wasObject;
    // An object in place of an object is refused for what it lacks or has too much.
    return inObject ? undefined : named(path);
  });
});

test.each(MODEL_NAMES)('%s: a field that is missing is named', (name) => {
  mutated(name, (value, path) => {
    if (Array.isArray(parentOf(value, path))) return undefined;
    delete parentOf(value, path)[path.at(-1) ?? ''];
    return named(path);
  });
});

test('what is no such moment, too long, or out of range is refused where it stands', () => {
  const [valid] = fc.sample(digest, { numRuns: 1, seed: 3 });
  const [person] = fc.sample(user, 1);
  expect(refusedAt('digest', { ...valid, from: '2026-02-30T08:00:00.000Z' })).toBe('from');
  expect(refusedAt('digest', { ...valid, to: '2026-02-03T08:00:00Z' })).toBe('to');
  expect(refusedAt('digest', { ...valid, readingSeconds: -1 })).toBe('readingSeconds');
  expect(refusedAt('digest', { ...valid, state: 'lost' })).toBe('state');
  expect(refusedAt('user', { ...person, displayName: 'x'.repeat(201) })).toBe('displayName');
  expect(refusedAt('email', [])).toBe('the value');
  expect(() => read('user', { ...person, id: 7 })).toThrow(
    'This is no user: id: Invalid input: expected string',
  );
});

test.each(MODEL_NAMES)('the JSON Schema of %s knows every field and allows no other', (name) => {
  const [value] = fc.sample(VALID[name], { numRuns: 1, seed: 1 });
  const schema = modelSchema(name);
  expect(Object.keys(schema.properties as object).sort()).toEqual(Object.keys(value ?? {}).sort());
  expect(schema).toMatchObject({ type: 'object', additionalProperties: false });
  expect([...(schema.required as string[])].sort()).toEqual(Object.keys(value ?? {}).sort());
});
