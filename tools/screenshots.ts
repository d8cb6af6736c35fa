import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { launchBrowser } from '#test/e2e/browser.ts';
import { root, startPlace } from '#test/e2e/kit/place.ts';
import { signIn } from '#test/e2e/kit/sign-in.ts';

// Takes the pictures of the README anew, from the demo: node tools/screenshots.ts
const folder = path.join(root, 'docs/images');

const writeRule = async (page: Page): Promise<void> => {
  await page.getByRole('textbox', { name: 'Name' }).fill('Receipts');
  await page.getByRole('combobox', { name: 'Condition 1' }).selectOption('Sender domain');
  await page.getByRole('textbox', { name: 'Value' }).fill('kettle-and-crumb.example');
  await page.getByRole('button', { name: 'Group', exact: true }).click();
  const group = page.getByRole('group', { name: 'Group 2' });
  await page.getByRole('combobox', { name: 'Condition 2.1' }).selectOption('Subject contains');
  await group.getByRole('textbox', { name: 'Value' }).fill('receipt');
  await group.getByRole('button', { name: 'Condition', exact: true }).click();
  await page.getByRole('combobox', { name: 'Condition 2.2' }).selectOption('Subject contains');
  await group.getByRole('textbox', { name: 'Value' }).last().fill('you paid');
  await page.getByRole('combobox', { name: 'Condition 1' }).scrollIntoViewIfNeeded();
};

const [place, browser] = await Promise.all([startPlace('demo'), launchBrowser()]);
try {
  mkdirSync(folder, { recursive: true });
  const page = await browser.newPage({ viewport: { width: 1280, height: 728 }, locale: 'en-GB' });
  await signIn(page, place.signInLink);
  await page.getByText('375 messages').waitFor();
  await page.getByText('417 actions today').waitFor();
  await page.screenshot({ path: path.join(folder, 'today.png') });
  await page.setViewportSize({ width: 1280, height: 1100 });
  await page.goto(`${place.url}/rules/new`);
  await writeRule(page);
  await page.screenshot({ path: path.join(folder, 'rule.png') });
} finally {
  await Promise.all([browser.close(), place.stop()]);
}
