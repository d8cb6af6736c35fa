import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { journeys, NARROW, type Trip, visit, WIDE } from './kit/journey.ts';
import { sorted } from './kit/ledger.ts';
import { ask, deliver } from './kit/mail.ts';

const journey = journeys('demo');

interface Summary {
  id: string;
  totals: { unread: number; waiting: number; done: number };
}

const digestsNow = async (page: Page): Promise<Summary[]> =>
  ((await ask(page, '/digests')) as { items: Summary[] }).items;

/** The digest that the demo makes of its mailbox when that is sorted. */
const demoDigest = async (page: Page): Promise<Summary> => {
  await sorted(page);
  await expect.poll(async () => (await digestsNow(page)).length, { timeout: 20_000 }).toBeGreaterThan(0);
  const all = await digestsNow(page);
  const oldest = all.at(-1);
  if (!oldest) throw new Error('There is no digest');
  return oldest;
};

const makeOne = async (trip: Trip): Promise<void> => {
  await visit(trip, '/digests');
  await trip.page.getByRole('button', { name: 'Make one now' }).click();
  await trip.page.getByRole('heading', { name: /^Digest of/, level: 1 }).waitFor();
};

for (const { words, size, subject } of [
  { words: 'a wide screen', size: WIDE, subject: 'Boats for the regatta' },
  { words: 'a phone', size: NARROW, subject: 'Buns for the regatta' },
]) {
  journey(
    `on ${words}, a digest made now tells of new mail and what was done, and an action is undone from it`,
    async (trip) => {
      const { page, place } = trip;
      await demoDigest(page);
      await visit(trip, '/');
      const { received } = await sorted(page);
      await deliver(page, place, {
        from: 'Margaret Hale <margaret@hale.example>',
        subject,
        date: new Date(),
        text: 'Shall we meet at the slipway? See https://regatta.example/plan for the plan.',
      });
      await sorted(page, received + 1);
      await makeOne(trip);
      const unread = page.getByRole('region', { name: 'New and unread' });
      await unread.getByText('Margaret Hale').waitFor();
      await unread.getByText('Shall we meet at the slipway?').waitFor();
      const done = page.getByRole('region', { name: 'Done by itself' });
      const rule = done.getByRole('listitem').filter({ hasText: 'Family first' });
      await rule.getByText('1 message', { exact: true }).last().click();
      await rule.getByRole('button', { name: `Undo for: ${subject}` }).click();
      await page.getByText('Undone (2 actions)').waitFor();
      await rule.getByText('undone', { exact: true }).waitFor();
      await page.reload();
      await rule.getByText('1 message', { exact: true }).last().click();
      await rule.getByText('undone', { exact: true }).waitFor();

      await unread.getByRole('link', { name: subject }).click();
      const reading = page.getByRole('region', { name: 'Reading' });
      await reading.getByRole('article').first().waitFor();
      await reading.getByRole('list', { name: 'Labels' }).getByText('Family').waitFor({ state: 'detached' });
      await visit(trip, '/');
      await page.getByRole('region', { name: 'Last digest' }).getByRole('link').click();
      await page.getByRole('heading', { name: /^Digest of/, level: 1 }).waitFor();
    },
    { size },
  );
}

journey('what a rule did is undone all at once, after a look at how much that is', async (trip) => {
  const { page } = trip;
  const { id, totals } = await demoDigest(page);
  expect(totals.done).toBeGreaterThan(0);
  await visit(trip, `/digests/${id}`);
  const rule = page
    .getByRole('region', { name: 'Done by itself' })
    .getByRole('listitem')
    .filter({ hasText: 'Parcels under way' });
  await rule.getByRole('button', { name: 'Undo all of Parcels under way…' }).click();
  const question = page.getByRole('dialog', { name: 'Undo these actions?' });
  await question.getByText('will be undone').waitFor();
  await question.getByRole('button', { name: /^Undo \d+ actions$/ }).click();
  await page.getByText(/^Undoing \d+ actions/).waitFor();
  await rule
    .getByText(/messages$/)
    .last()
    .click();
  await rule.getByText('undone', { exact: true }).first().waitFor();
});

journey('what waits for a yes is answered from the digest', async (trip) => {
  const { page } = trip;
  const { id, totals } = await demoDigest(page);
  expect(totals.waiting).toBeGreaterThan(1);
  await visit(trip, `/digests/${id}`);
  const waiting = page.getByRole('region', { name: 'Waiting for your yes' });
  const cards = waiting.getByRole('button', { name: 'Reject' });
  await cards.first().waitFor();
  const before = await cards.count();
  await cards.first().click();
  await page.getByText(/^Rejected/).waitFor();
  await waiting.getByText('answered or expired since').waitFor();
  expect(await cards.count()).toBe(before - 1);
});

journey('the text of mail stays text in a digest: neither markup nor links', async (trip) => {
  const { page, place } = trip;
  await demoDigest(page);
  await visit(trip, '/');
  const { received } = await sorted(page);
  const subject = '<b>Bold</b> offer at https://evil.example/now';
  await deliver(page, place, {
    from: '"<i>Mallory</i>" <mallory@evil.example>',
    subject,
    date: new Date(),
    text: 'Click [here](https://evil.example/md) or <a href="https://evil.example">there</a> now.',
  });
  await sorted(page, received + 1);
  await makeOne(trip);
  const unread = page.getByRole('region', { name: 'New and unread' });
  await unread.getByText(subject).waitFor();
  await unread.getByText('<i>Mallory</i>').waitFor();
  const hrefs = await page
    .getByRole('main')
    .getByRole('link')
    .evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
  expect(hrefs.filter((href) => !href.startsWith('/'))).toEqual([]);
  expect(await unread.locator('bdi b, bdi i, bdi a').count()).toBe(0);
});

journey('the list of digests says when the next one comes, and leads to its schedule', async (trip) => {
  const { page } = trip;
  await demoDigest(page);
  await visit(trip, '/digests');
  await page.getByText(/^The next one comes/).waitFor();
  await page.getByRole('link', { name: /^Every day at/ }).click();
  await page.getByRole('region', { name: 'Yours' }).getByText('Make a digest').waitFor();
});
