import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { barriers, first, heading, openDialog, type Spot } from './kit/barriers.ts';
import { journeys, NARROW, type Trip } from './kit/journey.ts';
import { sorted } from './kit/ledger.ts';

const journey = journeys('demo');

const press = (key: string, dialog: string) => async (page: Page) => {
  await page.getByRole('heading', { level: 1 }).waitFor();
  await page.keyboard.press(key);
  await page.getByRole('dialog', { name: dialog }).waitFor();
};

const undoPreview = async (page: Page) => {
  await page.getByRole('checkbox', { name: 'Select all that can be undone' }).check();
  await page.getByRole('button', { name: /^Undo \d+…$/ }).click();
  await page.getByRole('dialog').getByText('will be undone').waitFor();
};

const nestedForm = async (page: Page) => {
  await page.getByRole('button', { name: 'Group', exact: true }).click();
  await page.getByRole('combobox', { name: 'Condition 2.1' }).selectOption('Header fits an expression');
  await page.getByRole('combobox', { name: 'Action 1' }).selectOption('Delete for ever');
  await page.getByRole('button', { name: 'Save rule' }).click();
  await page.getByRole('alert').getByText('Give the rule a name.').waitFor();
};

const openWhy = async (page: Page) => {
  await page.getByText('Why was this done?').last().click();
  await page.getByRole('button', { name: 'Show as sent' }).last().click();
  await page.frameLocator('iframe').getByRole('heading').first().waitFor();
};

type Spots = Record<string, Spot>;

const mailSpots = async ({ page }: Trip): Promise<Spots> => {
  const search = 'q=A+short+history+of+the+bollard';
  const thread = `/inbox/${await first(page, `/threads?${search}`)}?${search}&label=`;
  const inInbox = `/inbox/${await first(page, '/threads?label=inbox')}`;
  return {
    today: { route: '/', ready: heading('Today') },
    inbox: { route: '/inbox', ready: (p) => p.locator('[data-row]').first().waitFor() },
    thread: { route: thread, ready: openWhy },
    'label dialog': { route: inInbox, ready: openDialog('Labels', 'Labels') },
    'snooze dialog': { route: inInbox, ready: openDialog('Snooze', 'Snooze') },
  };
};

const actionSpots = async ({ page }: Trip): Promise<Spots> => {
  const action = `/actions/${await first(page, '/actions')}`;
  const rule = `/rules/${await first(page, '/rules/deterministic')}`;
  return {
    approvals: { route: '/approvals', ready: heading('Approvals') },
    actions: { route: '/actions', ready: heading('Actions') },
    'undo preview': { route: '/actions', ready: undoPreview },
    action: { route: action, ready: (p) => p.getByRole('heading', { name: 'History' }).waitFor() },
    rules: { route: '/rules', ready: heading('Rules') },
    rule: { route: rule, ready: (p) => p.getByRole('button', { name: 'Save rule' }).waitFor() },
    'rule form': { route: '/rules/new', ready: nestedForm },
    'question before a rule is deleted': { route: rule, ready: openDialog('Delete…', 'Delete “') },
  };
};

const otherSpots = async (): Promise<Spots> => ({
  settings: { route: '/settings', ready: (p) => p.getByRole('heading', { name: 'About' }).waitFor() },
  'more pages': { route: '/', ready: openDialog('More', 'More'), sizes: [NARROW] },
  help: { route: '/', ready: press('?', 'Keyboard shortcuts') },
  'a page that is not there': { route: '/nowhere', ready: (p) => p.getByText('no such page').waitFor() },
  'the sign-in page': { route: '/sign-in', ready: heading('Sign in to Ashford') },
  'a sign-in link': { route: `/sign-in?token=${'x'.repeat(40)}`, ready: heading('Sign in to Ashford') },
});

for (const { of, spots } of [
  { of: 'Today and mail', spots: mailSpots },
  { of: 'approvals, actions and rules', spots: actionSpots },
  { of: 'settings, help and the way in', spots: otherSpots },
]) {
  journey(`${of}: nothing has a barrier, in light and dark, on a wide screen and a phone`, async (trip) => {
    await sorted(trip.page);
    expect(await barriers(trip, await spots(trip))).toEqual([]);
  });
}
