import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { newTextOf } from './quotes.ts';

describe('what was quoted is cut', () => {
  test.each([
    'On Mon, 1 Jun 2026 at 10:00, Ann Lee <ann@x.example> wrote:',
    'On Mon, 1 Jun 2026 at 10:00,\nAnn Lee <ann@x.example>\nwrote:',
    'Am 01.06.2026 um 10:00 schrieb Ann Lee:',
    'Le lun. 1 juin 2026 à 10:00, Ann Lee <ann@x.example> a écrit :',
    'El lun, 1 jun 2026 a las 10:00, Ann Lee (<ann@x.example>) escribió:',
    'Il giorno lun 1 giu 2026 alle ore 10:00 Ann Lee <ann@x.example> ha scritto:',
    'Op ma 1 jun 2026 om 10:00 schreef Ann Lee <ann@x.example>:',
    'Em seg., 1 de jun. de 2026 às 10:00, Ann Lee <ann@x.example> escreveu:',
    'Den mån 1 juni 2026 kl 10:00 skrev Ann Lee <ann@x.example>:',
    'W dniu 01.06.2026 o 10:00, Ann Lee pisze:',
    'пн, 1 июн. 2026 г. в 10:00, Ann Lee <ann@x.example>:\nнаписал:',
    '2026年6月1日(月) 10:00 Ann Lee <ann@x.example>:',
    'Ann Lee <ann@x.example> 于2026年6月1日周一 10:00写道：',
    '-----Original Message-----',
    '-----Ursprüngliche Nachricht-----',
    '---------- Forwarded message ---------',
    'Begin forwarded message:',
    'From: Ann Lee\nSent: Monday, 1 June 2026 10:00\nTo: Bob\nSubject: Tea',
    '________________________________\nVon: Ann Lee\nGesendet: Montag, 1. Juni 2026 10:00\nAn: Bob\nBetreff: Tee',
    '*De:* Ann Lee\n*Envoyé:* lundi 1 juin 2026\n*À:* Bob\n*Objet:* Thé',
    '发件人: Ann Lee\n发送时间: 2026年6月1日\n收件人: Bob\n主题: 茶',
  ])('%s', (mark) => {
    expect(newTextOf(`I agree.\n\n${mark}\n\nold text\nmore old text`)).toBe('I agree.');
  });
});

test('answers between quoted lines are kept', () => {
  const text = 'On 1 June 2026, Ann wrote:\n> Tea?\n\nYes.\n\n> Milk?\n\nNo.\n';
  expect(newTextOf(text)).toBe('Yes.\n\nNo.');
});

test.each([
  ['a signature', 'Yes.\n\n-- \nAnn Lee\nPhone 123'],
  ['where it was sent from', 'Yes.\n\nSent from my phone'],
  ['the same in German', 'Yes.\n\nVon meinem iPhone gesendet'],
  ['the footer of a list', `Yes.\n${'_'.repeat(47)}\nlist mailing list\nlist@x.example`],
  ['a signature above a quote', 'Yes.\n\n-- \nAnn\n\nOn 1 June 2026, Bob wrote:\n> Tea?'],
])('%s is cut', (_, text) => {
  expect(newTextOf(text)).toBe('Yes.');
});

test.each([
  ['a sentence about writing', 'As I wrote: tea at 5.\nFine?'],
  ['a lone line that starts with From', 'From: the kitchen\nwith love'],
  ['two dashes far above the end', `--\n${'a line\n'.repeat(30)}end`],
  ['a table', '| a | b |\n| 1 | 2 |'],
])('%s is not taken for a quote', (_, text) => {
  expect(newTextOf(text)).toBe(text);
});

test('a mail that is only a forward has no new text', () => {
  expect(newTextOf('---------- Forwarded message ---------\nFrom: A\nhello')).toBe('');
});

test('any text gives lines of that text, and never throws', () => {
  const line = fc.oneof(
    fc.string({ maxLength: 20 }),
    fc.constantFrom(
      '> quoted',
      '-- ',
      'From: a',
      'To: b',
      'Date: c',
      'On 1 a@b wrote:',
      'wrote:',
      '',
      '____________',
    ),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
      const text = lines.join('\n');
      const kept = newTextOf(text);
      expect(kept.length).toBeLessThanOrEqual(text.length);
      const all = new Set(['', ...text.split(/\r\n|\r|\n/).map((l) => l.trim())]);
      for (const l of kept.split(/\r\n|\r|\n/)) expect(all).toContain(l.trim());
    }),
  );
});
