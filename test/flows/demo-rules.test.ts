import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { authenticationResults } from '#rules/authentication.ts';
import { compileRules } from '#rules/compile.ts';
import { type Evaluation, evaluate } from '#rules/evaluate.ts';
import { MessageFacts } from '#rules/facts.ts';
import { readRulesFile } from '#rules/file.ts';
import type { Rule } from '#rules/rule.ts';
import { tryExamples } from '#rules/try-examples.ts';
import { toInstant } from '#std/time.ts';
import { demoMessages } from './demo-messages.ts';

const now = toInstant(Date.parse('2026-01-15T18:00:00.000Z'));
const ROBIN = 'robin@hale.example';

const file = readRulesFile(readFileSync('demo/rules.toml', 'utf8'));

const rules = file.rules.map(
  ({ input }, i): Rule => ({
    ...input,
    id: String(i).padStart(4, '0'),
    userId: 'robin',
    disabledReason: null,
    hits: 0,
    lastHitAt: null,
    createdAt: now,
    updatedAt: now,
  }),
);

const compiled = compileRules(rules);
const mailbox = await demoMessages();
const isOwn = (m: (typeof mailbox)[number]): boolean => m.mail.from[0]?.address === ROBIN;
const written = new Set(
  mailbox.filter(isOwn).flatMap(({ mail }) => [...mail.to, ...mail.cc].map((a) => a.address)),
);

const judge = ({ mail, raw }: (typeof mailbox)[number]): Evaluation =>
  evaluate(
    compiled,
    new MessageFacts({
      accountId: 'demo',
      mail,
      labels: ['INBOX'],
      flags: [],
      sizeBytes: raw.length,
      receivedAt: mail.date ?? now,
      knownSender: mail.from.some((a) => written.has(a.address)),
      auth: authenticationResults(mail.headers, 'mx.hale.example'),
      now,
    }),
    'first_match',
  );

const judged = mailbox
  .filter((m) => !isOwn(m))
  .map((m) => ({ subject: m.mail.subject, from: m.mail.from[0]?.address ?? '', verdict: judge(m) }));

const doing = (type: string): string[] =>
  judged.filter((j) => j.verdict.actions.some((a) => a.action.type === type)).map((j) => j.subject);

test('every example of the demo rules holds, and every rule has one of each kind', () => {
  expect(tryExamples(file, 'first_match', now).filter((r) => !r.passed)).toEqual([]);
  for (const { input, examples } of file.rules)
    expect(new Set(examples.map((e) => e.matches)), input.name).toEqual(new Set([true, false]));
});

test('every demo rule acts on at least one message of the demo mailbox', () => {
  const acted = new Set(judged.flatMap((j) => j.verdict.matched.map((m) => m.name)));
  expect(file.rules.map((r) => r.input.name).filter((name) => !acted.has(name))).toEqual([]);
});

test('three to eight messages of the demo wait for an approval, and all of them are long past', () => {
  const waiting = doing('delete');
  expect(waiting.length).toBeGreaterThanOrEqual(3);
  expect(waiting.length).toBeLessThanOrEqual(8);
  expect(waiting).toContain('902117 is your Codeforge verification code');
  expect(waiting).not.toContain('418806 is your Codeforge verification code');
});

test('what real people and the bank write stays in the inbox of the demo', () => {
  const gone = judged.filter((j) =>
    j.verdict.actions.some((a) => ['archive', 'move', 'trash', 'delete', 'snooze'].includes(a.action.type)),
  );
  const kept = /@(?:lanternworks|wexcombe-harbour|alderbrook-school|okafor|hale)\.example$/;
  const alert = /^(?:alerts@harbour-mutual|no-reply@keyring-vault)\.example$/;
  const reply = /^(?:Automatic reply|--- END)/;
  expect(gone.filter((j) => kept.test(j.from) && !reply.test(j.subject)).map((j) => j.subject)).toEqual([]);
  expect(gone.filter((j) => alert.test(j.from) && !/code/.test(j.subject)).map((j) => j.subject)).toEqual([]);
});

test('no message that speaks to the program gets what it asks for', () => {
  const types = new Set(judged.flatMap((j) => j.verdict.actions.map((a) => a.action.type)));
  for (const asked of ['forward', 'auto_reply', 'unsubscribe', 'escalate'])
    expect(types).not.toContain(asked);
  const suspicious = judged.filter((j) => j.verdict.matched[0]?.name.startsWith('Words meant for a program'));
  expect(suspicious.map((j) => j.subject)).toContain('Small favour');
});

test('most demo mail is decided by a rule, and a good part is left for a person', () => {
  const decided = judged.filter((j) => j.verdict.matched.length > 0).length;
  expect(decided / judged.length).toBeGreaterThan(0.6);
  expect(decided / judged.length).toBeLessThan(0.85);
});
