import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { journeys, NARROW, visit, WIDE } from './kit/journey.ts';
import { choose, tabTo } from './kit/keys.ts';
import { sorted } from './kit/ledger.ts';
import { ask, deliver } from './kit/mail.ts';

const journey = journeys('demo');

/** Fills in: the sender is of the domain, and (the subject contains the one word, or the body the other). */
const fillNested = async (page: Page, o: { domain: string; subject: string; body: string }) => {
  const value = (within: string) =>
    page
      .getByRole('listitem')
      .filter({ has: page.getByRole('combobox', { name: within, exact: true }) })
      .last()
      .getByRole('textbox', { name: 'Value' });
  await page.getByRole('combobox', { name: 'Condition 1', exact: true }).selectOption('Sender domain');
  await value('Condition 1').fill(o.domain);
  await page.getByRole('button', { name: 'Group', exact: true }).click();
  const group = page.getByRole('group', { name: 'Group 2' });
  expect(await group.getByRole('combobox', { name: 'Match' }).inputValue()).toBe('or');
  await page.getByRole('combobox', { name: 'Condition 2.1' }).selectOption('Subject contains');
  await value('Condition 2.1').fill(o.subject);
  await group.getByRole('button', { name: 'Condition', exact: true }).click();
  await page.getByRole('combobox', { name: 'Condition 2.2' }).selectOption('Body contains');
  await value('Condition 2.2').fill(o.body);
};

const COUNCIL = { domain: 'wexcombe-council.example', subject: 'library', body: 'road works' };

for (const { words, size, label } of [
  { words: 'a wide screen', size: WIDE, label: 'Council' },
  { words: 'a phone', size: NARROW, label: 'Town hall' },
]) {
  journey(
    `on ${words}, a nested rule is made, tried on stored mail, and acts on the next message`,
    async (trip) => {
      const { page, place } = trip;
      const { received } = await sorted(page);
      await visit(trip, '/rules');
      await page.getByRole('link', { name: 'New rule' }).click();
      await page.getByRole('textbox', { name: 'Name' }).fill(`News of the town, ${label}`);
      await fillNested(page, COUNCIL);
      await page.getByRole('combobox', { name: 'Action 1' }).selectOption('Apply label');
      await page.getByRole('combobox', { name: 'Label' }).fill(label);
      await page.getByRole('button', { name: 'Try it' }).click();
      await page.getByText(/[1-9]\d* messages\s+of \d+ messages would match/).waitFor();
      await page.getByRole('button', { name: 'Save rule' }).click();
      const row = page.getByRole('listitem').filter({ hasText: `News of the town, ${label}` });
      await row.getByText(`(the subject contains "library" or the body contains "road works")`).waitFor();
      await row.getByText(`then apply label "${label}".`).waitFor();
      // It stands first, so that the one of the other screen doesn't decide before it.
      const ids = (await rulesNow(page)).map(({ id }) => id);
      await ask(page, '/rules/deterministic/reorder', { ids: [ids.at(-1), ...ids.slice(0, -1)] });

      await page.goto(place.url);
      await deliver(page, place, {
        from: 'Wexcombe Council <bulletin@wexcombe-council.example>',
        subject: `${label}: the library stays open at night`,
      });
      await sorted(page, received + 1);
      const done = page.getByRole('listitem').filter({ hasText: `${label}: the library stays open` });
      await done.getByRole('link', { name: `Label “${label}”` }).waitFor();
    },
    { size },
  );
}

const rulesNow = async (page: Page) =>
  (
    (await ask(page, '/rules/deterministic')) as {
      items: { id: string; name: string; enabled: boolean }[];
    }
  ).items;

journey('a nested rule is made with the keyboard alone', async ({ page, place }) => {
  const { received } = await sorted(page);
  const keys = page.keyboard;
  await keys.press('g');
  await keys.press('r');
  await tabTo(page, page.getByRole('link', { name: 'New rule' }));
  await keys.press('Enter');
  await tabTo(page, page.getByRole('textbox', { name: 'Name' }));
  await keys.type('Lighthouse keepers');
  await choose(page, page.getByRole('combobox', { name: 'Condition 1', exact: true }), 'Sender dom');
  await keys.press('Tab');
  await keys.type('keepers.example');
  await tabTo(page, page.getByRole('button', { name: 'Group', exact: true }));
  await keys.press('Enter');
  // The new condition has the focus by itself.
  await choose(page, page.getByRole('combobox', { name: 'Condition 2.1' }), 'Subject con');
  await keys.press('Tab');
  await keys.type('lamp');
  await tabTo(
    page,
    page.getByRole('group', { name: 'Group 2' }).getByRole('button', { name: 'Condition', exact: true }),
  );
  await keys.press('Enter');
  await choose(page, page.getByRole('combobox', { name: 'Condition 2.2' }), 'Body con');
  await keys.press('Tab');
  await keys.type('fog horn');
  await choose(page, page.getByRole('combobox', { name: 'Action 1' }), 'Star');
  await tabTo(page, page.getByRole('button', { name: 'Try it' }));
  await keys.press('Enter');
  await page.getByText(/0 messages\s+of \d+ messages would match/).waitFor();
  await tabTo(page, page.getByRole('button', { name: 'Save rule' }));
  await keys.press('Enter');
  await page.getByText('Rule made').waitFor();
  await keys.press('g');
  await keys.press('t');
  await page.getByRole('heading', { name: 'Today', level: 1 }).waitFor();
  await deliver(page, place, {
    from: 'keeper@keepers.example',
    subject: 'The night watch',
    text: 'The fog horn is hoarse.',
  });
  await sorted(page, received + 1);
  const undo = page.getByRole('button', { name: 'Undo: Star, The night watch', exact: true });
  await tabTo(page, undo);
  await keys.press('Enter');
  await page.getByText('Undone', { exact: true }).waitFor();
  await undo.waitFor({ state: 'detached' });
});

journey('mail is opened, archived and taken back by single keys, which a dialog lists', async ({ page }) => {
  await sorted(page);
  const keys = page.keyboard;
  await keys.press('?');
  const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await help.getByText('Undo the last thing you did').waitFor();
  await keys.press('Escape');
  await help.waitFor({ state: 'hidden' });
  await keys.press('g');
  await keys.press('i');
  const threads = page.getByRole('region', { name: 'Threads' });
  await threads.getByRole('link').first().waitFor();
  await keys.press('j');
  await keys.press('j');
  await keys.press('Enter');
  const current = threads.locator('[aria-current="true"]');
  await current.waitFor();
  const archived = await current.getAttribute('data-row');
  const reading = page.getByRole('region', { name: 'Reading' });
  await reading.getByRole('article').first().waitFor();
  await keys.press('e');
  await page.getByText(/^Archived/).waitFor();
  const row = threads.locator(`[data-row="${archived}"]`);
  await row.waitFor({ state: 'detached' });
  await keys.press('u');
  await page.getByText(/^Undone/).waitFor();
  await row.waitFor();
});

journey('rules are switched off, put into another order, and deleted after a question', async (trip) => {
  const { page } = trip;
  await visit(trip, '/rules');
  const names = async () => (await rulesNow(page)).map(({ name }) => name);
  const rule = 'Who liked what';
  const toggle = page.getByRole('switch', { name: `Rule ${rule}` });
  await toggle.click();
  await page.getByText(`${rule} is off`).waitFor();
  expect((await rulesNow(page)).find(({ name }) => name === rule)?.enabled).toBe(false);

  const before = await names();
  const at = before.indexOf(rule);
  await page.getByRole('button', { name: `Move ${rule} up` }).click();
  await expect.poll(names).toEqual(before.with(at - 1, rule).with(at, before[at - 1] ?? ''));
  await page.reload();
  await toggle.waitFor();
  expect(await toggle.getAttribute('aria-checked')).toBe('false');
  const rows = await page.locator('main [data-row] a').allInnerTexts();
  expect(rows).toEqual(await names());

  await page.getByRole('link', { name: rule }).click();
  await page.getByRole('button', { name: 'Delete…' }).click();
  const question = page.getByRole('dialog', { name: `Delete “${rule}”?` });
  await question.getByRole('button', { name: 'Keep it' }).click();
  await question.waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: 'Delete…' }).click();
  await question.getByRole('button', { name: 'Delete rule' }).click();
  await page.getByRole('heading', { name: 'Rules', level: 1 }).waitFor();
  await page.getByRole('link', { name: rule }).waitFor({ state: 'detached' });
  expect(await names()).not.toContain(rule);
});

journey('what a rule lacks is said before it is saved', async (trip) => {
  const { page } = trip;
  await visit(trip, '/rules/new');
  await page.getByRole('button', { name: 'Save rule' }).click();
  const problems = page.getByRole('alert');
  await problems.getByText('Give the rule a name.').waitFor();
  await page.getByRole('textbox', { name: 'Name' }).fill('Without a value');
  await page.getByRole('button', { name: 'Save rule' }).click();
  await problems.getByText('Condition 1, “Sender address”, needs a value.').waitFor();
  await problems.getByText('Action 1, “Apply label”, needs a label.').waitFor();
});
