import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { journeys, NARROW, WIDE } from './kit/journey.ts';
import { sorted } from './kit/ledger.ts';
import { ask } from './kit/mail.ts';

const journey = journeys('demo');

interface Spot {
  route: string;
  /** Brings what is to be looked at in front, and waits until it is there. */
  ready: (page: Page) => Promise<void>;
  /** Where it is looked at; both screens unless named. */
  sizes?: (typeof WIDE)[];
}

/** All that another colour scheme can change. */
const OF_COLORS = ['color-contrast', 'link-in-text-block'];

/** What axe finds, one line for each place. Mail in its frame is the sender's; everything around it is ours. */
const violations = async (page: Page, rules?: string[]): Promise<string[]> => {
  const axe = new AxeBuilder({ page }).setLegacyMode(true).exclude('iframe');
  if (rules) axe.withRules(rules);
  // The page behind an open dialog can't be reached, and is looked at by itself.
  if (await page.locator('dialog[open]').isVisible()) axe.include('dialog[open]');
  const { violations } = await axe.analyze();
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
};

const heading = (name: string) => async (page: Page) => {
  await page.getByRole('heading', { name, level: 1 }).waitFor();
  await page.getByText(/^Loading/).waitFor({ state: 'detached' });
};

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

const openDialog = (button: string, dialog: string) => async (page: Page) => {
  await page.getByRole('button', { name: button, exact: true }).first().click();
  await page.getByRole('dialog', { name: dialog }).waitFor();
};

const first = async (page: Page, list: string): Promise<string> => {
  const { items } = (await ask(page, list)) as { items: { id: string }[] };
  return items[0]?.id ?? '';
};

const spots = async (page: Page): Promise<Record<string, Spot>> => {
  const search = 'q=A+short+history+of+the+bollard';
  const thread = `/inbox/${await first(page, `/threads?${search}`)}?${search}&label=`;
  const inInbox = `/inbox/${await first(page, '/threads?label=inbox')}`;
  const action = `/actions/${await first(page, '/actions')}`;
  const rule = `/rules/${await first(page, '/rules/deterministic')}`;
  const job = `/jobs/${await first(page, '/jobs')}`;
  return {
    today: { route: '/', ready: heading('Today') },
    inbox: { route: '/inbox', ready: (p) => p.locator('[data-row]').first().waitFor() },
    thread: { route: thread, ready: openWhy },
    'label dialog': { route: inInbox, ready: openDialog('Labels', 'Labels') },
    'snooze dialog': { route: inInbox, ready: openDialog('Snooze', 'Snooze') },
    approvals: { route: '/approvals', ready: heading('Approvals') },
    actions: { route: '/actions', ready: heading('Actions') },
    'undo preview': { route: '/actions', ready: undoPreview },
    action: { route: action, ready: (p) => p.getByRole('heading', { name: 'History' }).waitFor() },
    rules: { route: '/rules', ready: heading('Rules') },
    rule: { route: rule, ready: (p) => p.getByRole('button', { name: 'Save rule' }).waitFor() },
    'rule form': { route: '/rules/new', ready: nestedForm },
    'question before a rule is deleted': { route: rule, ready: openDialog('Delete…', 'Delete “') },
    jobs: { route: '/jobs', ready: heading('Jobs') },
    job: { route: job, ready: (p) => p.getByRole('heading', { name: 'Steps' }).waitFor() },
    settings: { route: '/settings', ready: (p) => p.getByRole('heading', { name: 'About' }).waitFor() },
    'more pages': { route: '/', ready: openDialog('More', 'More'), sizes: [NARROW] },
    help: { route: '/', ready: press('?', 'Keyboard shortcuts') },
    'a page that is not there': { route: '/nowhere', ready: (p) => p.getByText('no such page').waitFor() },
    'the sign-in page': { route: '/sign-in', ready: heading('Sign in to Ashford') },
    'a sign-in link': { route: `/sign-in?token=${'x'.repeat(40)}`, ready: heading('Sign in to Ashford') },
  };
};

const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';

const lookAt = async (page: Page, { sizes = [WIDE, NARROW] }: Spot): Promise<string[]> => {
  await page.emulateMedia({ colorScheme: 'dark' });
  const found = (await violations(page, OF_COLORS)).map((one) => `dark: ${one}`);
  await page.emulateMedia({ colorScheme: 'light' });
  for (const size of sizes) {
    await page.setViewportSize(size);
    found.push(...(await violations(page)).map((one) => `${size.width} px: ${one}`));
    const wider = await page.evaluate(overflow);
    if (wider !== 0) found.push(`${size.width} px: scrolls sideways by ${wider} px`);
  }
  return found;
};

journey(
  'no page and no dialog has a barrier, in light and dark, on a wide screen and a phone',
  async (trip) => {
    await sorted(trip.page);
    const queue = Object.entries(await spots(trip.page));
    const found: string[] = [];
    const walk = async (page: Page): Promise<void> => {
      for (let next = queue.shift(); next; next = queue.shift()) {
        const [name, spot] = next;
        await page.setViewportSize(spot.sizes?.[0] ?? WIDE);
        await page.goto(trip.place.url + spot.route);
        await spot.ready(page);
        found.push(...(await lookAt(page, spot)).map((one) => `${name}, ${one}`));
      }
    };
    await Promise.all([walk(trip.page), walk(await trip.another())]);
    expect(found).toEqual([]);
  },
);
