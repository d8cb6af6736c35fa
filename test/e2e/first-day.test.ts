import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { journeys, NARROW, visit } from './kit/journey.ts';
import { MESSAGES, sorted } from './kit/ledger.ts';
import { importFile, whilePaused, writeMbox } from './kit/mail.ts';
import { root } from './kit/place.ts';
import { signIn } from './kit/sign-in.ts';

const journey = journeys('start');

journey(
  'without a session every page says how to sign in',
  async (trip) => {
    const { page } = trip;
    for (const route of ['/', '/rules']) {
      await visit(trip, route);
      await page.getByRole('heading', { name: 'Sign in' }).waitFor();
      await page.getByText('ashford open').waitFor();
      expect(await page.getByRole('navigation').count()).toBe(0);
    }
  },
  { signedOut: true, size: NARROW },
);

journey(
  'a link that was used says so, and another one works',
  async ({ place, page, context }) => {
    await page.goto(place.signInLink);
    await page.getByRole('button', { name: 'Sign in' }).click();
    expect(await page.getByRole('alert').textContent()).toMatch(/used|expired|no longer/i);
    await page.getByText('ashford open').first().waitFor();
    expect(await context.cookies()).toEqual([]);
    const { url } = JSON.parse(await place.cli('open', '--json')) as { url: string };
    await signIn(page, url);
  },
  { signedOut: true },
);

journey('a session that ends while a page is open leads back to the sign-in', async ({ page, context }) => {
  await page.getByRole('heading', { name: 'No mailbox is connected yet' }).waitFor();
  await context.clearCookies();
  await page.getByRole('link', { name: 'Jobs' }).click();
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
});

journey('mail that comes in while the page is open is counted there, without a reload', async ({ page }) => {
  await page.getByRole('heading', { name: 'No mailbox is connected yet' }).waitFor();
  await page.evaluate('window.sameDocument = true');
  await importFile(page, path.join(root, 'demo/mailbox/robin.mbox'));
  await page.getByRole('heading', { name: 'Every message accounted for' }).waitFor();
  expect(await sorted(page)).toMatchObject({ received: MESSAGES, unexplained: 0 });
  await page.getByText(`${MESSAGES} messages`).waitFor();
  expect(await page.evaluate('window.sameDocument')).toBe(true);
});

journey('a job that failed says why, and is done when it is tried again', async (trip) => {
  const { page, place } = trip;
  const file = writeMbox(place, { from: 'a@example.com', subject: 'Late' });
  const { account } = await importFile(page, path.join(root, 'demo/mailbox/robin.mbox'), 'attic');
  const text = readFileSync(file);
  const { jobId } = await whilePaused(page, account.id, async () => {
    const begun = await importFile(page, file, 'attic');
    rmSync(file);
    return begun;
  });
  await visit(trip, '/jobs?state=failed');
  await page.getByRole('link', { name: 'Import' }).waitFor();
  await page.goto(`${place.url}/jobs/${jobId}`);
  await page.getByText('Failed', { exact: true }).waitFor();
  await page.getByText(/no file|not there|nothing at|does not exist/i).waitFor();
  writeFileSync(file, text);
  await page.getByRole('button', { name: 'Retry' }).click();
  await page.getByText('Completed', { exact: true }).waitFor();
  await visit(trip, '/');
  await page.getByText(`${MESSAGES + 1} messages`).waitFor();
});
