import { expect } from 'vitest';
import { journeys, NARROW, type Trip, visit, WIDE } from './kit/journey.ts';
import { MESSAGES, sorted } from './kit/ledger.ts';
import { deliver } from './kit/mail.ts';

const journey = journeys('demo');
const sizes = [
  { words: 'a wide screen', size: WIDE },
  { words: 'a phone', size: NARROW },
];

for (const { words, size } of sizes) {
  journey(
    `on ${words}, Today accounts for every message and leads to what waits for a yes`,
    async ({ page }) => {
      const counts = { received: MESSAGES, decided: MESSAGES, waiting: 0, unexplained: 0 };
      expect(await sorted(page)).toEqual(counts);
      await page.getByRole('link', { name: /approvals wait for you/ }).click();
      await page.getByRole('heading', { name: 'Approvals', level: 1 }).waitFor();
      await page.getByRole('button', { name: 'Approve' }).first().waitFor();
    },
    { size },
  );
}

/** Searches all mail for words of which one thread has them, and opens it. */
const openThread = async ({ page }: Trip, words: string): Promise<void> => {
  await page.getByRole('link', { name: 'Inbox', exact: true }).first().click();
  await page.getByRole('searchbox', { name: 'Search mail' }).fill(words);
  await page.keyboard.press('Enter');
  await page
    .getByRole('region', { name: 'Threads' })
    .getByRole('link', { name: new RegExp(words) })
    .first()
    .click();
};

for (const { words, size, subject } of [
  { ...sizes[0], words: 'a wide screen', subject: 'A short history of the bollard' },
  { ...sizes[1], words: 'a phone', subject: 'Why harbours smell of harbour' },
]) {
  journey(
    `on ${words}, a thread says why it was archived, and the undo puts it back into the inbox`,
    async (trip) => {
      const { page } = trip;
      await sorted(page);
      await openThread(trip, subject);
      const reading = page.getByRole('region', { name: 'Reading' });
      await reading.getByText('Why was this done?').click();
      await reading.getByRole('link', { name: 'Newsletters, to read on Sunday' }).waitFor();
      await reading.getByText('it came through the list news.*', { exact: true }).waitFor();
      const labels = reading.getByRole('list', { name: 'Labels' });
      expect(await labels.innerText()).not.toContain('Inbox');
      await reading.getByRole('button', { name: /^Undo: Archive/ }).click();
      await page.getByText('Undone', { exact: true }).waitFor();
      await labels.getByText('Inbox').waitFor();
      await reading.getByRole('button', { name: /^Undo: Label/ }).click();
      await labels.getByText('Newsletters').waitFor({ state: 'detached' });
    },
    { ...(size && { size }) },
  );
}

const HOSTILE = `<html><head><script>parent.document.title = 'owned'</script>
<meta http-equiv="refresh" content="0;url=https://elsewhere.example/">
<link rel="stylesheet" href="https://elsewhere.example/style.css">
<style>body { background: url(https://elsewhere.example/back.png) } @import "https://elsewhere.example/more.css";</style>
</head><body onload="parent.owned = true"><h1>Weather for sailors</h1>
<img src="https://elsewhere.example/pixel.gif" width="1" height="1" alt="">
<img src="x" onerror="document.title = 'owned'">
<p style="position:fixed;top:0;background-image:url('https://elsewhere.example/p.png')">Calm.</p>
<svg onload="parent.owned = true"><script>parent.owned = true</script></svg>
<iframe src="https://elsewhere.example/frame"></iframe><form action="https://elsewhere.example/"><input name="pin"></form>
<a href="javascript:parent.owned = true">Tides</a> <a href="https://elsewhere.example/tides">More tides</a></body></html>`;

journey('the HTML of a message is shown, runs nothing, and asks no other host', async (trip) => {
  const { page, place } = trip;
  await sorted(page);
  const letter = { from: 'Sailors <news@elsewhere.example>', subject: 'Weather for sailors', html: HOSTILE };
  await deliver(page, place, letter);
  await sorted(page, MESSAGES + 1);
  await openThread(trip, 'Weather for sailors');
  const reading = page.getByRole('region', { name: 'Reading' });
  const asSent = reading.getByRole('button', { name: 'Show as sent' });
  const frame = reading.locator('iframe');
  await asSent.or(frame).first().waitFor();
  if (await asSent.isVisible()) await asSent.click();
  const body = reading.frameLocator('iframe');
  await body.getByRole('heading', { name: 'Weather for sailors' }).waitFor();
  expect(await frame.getAttribute('sandbox')).toBe('');
  expect(await body.locator('script, form, iframe, svg, meta[http-equiv="refresh"]').count()).toBe(0);
  await reading.getByText(/remote pictures?\s+not loaded/).waitFor();
  await reading.getByText(/1 link\s+in this message/).click();
  const link = reading.getByRole('link', { name: 'elsewhere.example' });
  expect(await link.getAttribute('rel')).toContain('noreferrer');
  expect(await page.evaluate('[document.title, window.owned]')).toEqual([
    'Weather for sailors · Ashford',
    undefined,
  ]);
});

journey('an approval is answered once, and another window is told', async (trip) => {
  const { page } = trip;
  const stale = await trip.another();
  // Without live changes this window still shows what was answered elsewhere.
  await stale.route('**/api/events', (route) => route.abort());
  await Promise.all([page, stale].map((window) => window.goto(`${trip.place.url}/approvals`)));
  const card = (window: typeof page) => window.getByRole('article').first();
  const name = await card(page).getByRole('heading').innerText();
  await card(stale).getByRole('heading', { name }).waitFor();
  const before = await page.getByRole('article').count();
  await card(page).getByRole('button', { name: 'Approve' }).click();
  await page.getByText(/^Approved: /).waitFor();
  await page.getByRole('heading', { name }).waitFor({ state: 'detached' });
  await card(stale).getByRole('button', { name: 'Reject' }).click();
  await stale.getByText('Your answer didn’t count.').waitFor();
  await stale.getByText(/already/).waitFor();

  const second = await card(page).getByRole('heading').innerText();
  await card(page).getByRole('button', { name: 'Reject' }).click();
  await page.getByText(/^Rejected: /).waitFor();
  await expect.poll(() => page.getByRole('article').count()).toBe(before - 2);
  await page.getByRole('link', { name: 'Rejected', exact: true }).click();
  await page.getByRole('heading', { name: second }).waitFor();
  await page.getByRole('link', { name: 'Approved', exact: true }).click();
  await page.getByRole('heading', { name }).waitFor();
});

for (const { words, size, rule } of [
  { ...sizes[0], words: 'a wide screen', rule: 'Mail that came back' },
  { ...sizes[1], words: 'a phone', rule: 'Senders that fail their checks' },
]) {
  journey(
    `on ${words}, all that a rule did is undone together, after a look at it`,
    async (trip) => {
      const { page } = trip;
      await sorted(page);
      await visit(trip, '/actions');
      await page.getByRole('combobox', { name: 'Rule' }).selectOption(rule);
      await page.getByRole('button', { name: 'Undo all of these…' }).click();
      const dialog = page.getByRole('dialog', { name: 'Undo these actions?' });
      const confirm = dialog.getByRole('button', { name: /^Undo \d+ actions$/ });
      await confirm.waitFor();
      const count = Number(/\d+/.exec(await confirm.innerText())?.[0]);
      expect(count).toBeGreaterThan(3);
      await confirm.click();
      await page.getByText(`Undoing ${count} actions`).waitFor();
      await expect
        .poll(() => page.getByRole('list').getByText('undone', { exact: true }).count(), { timeout: 20_000 })
        .toBe(count);
      expect(await page.getByRole('button', { name: /^Undo: / }).count()).toBe(0);
    },
    { ...(size && { size }) },
  );
}
