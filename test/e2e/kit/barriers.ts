import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { NARROW, type Trip, WIDE } from './journey.ts';
import { ask } from './mail.ts';

/** A page or a dialog that somebody may stand before. */
export interface Spot {
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

/** Ready when the page has its title and loads nothing any more. */
export const heading = (name: string) => async (page: Page) => {
  await page.getByRole('heading', { name, level: 1 }).waitFor();
  await page
    .getByText(/^Loading/)
    .first()
    .waitFor({ state: 'detached' });
};

/** Ready when a button has opened a dialog. */
export const openDialog = (button: string, dialog: string) => async (page: Page) => {
  await page.getByRole('button', { name: button, exact: true }).first().click();
  await page.getByRole('dialog', { name: dialog }).waitFor();
};

/** The id of the first item of a list; empty when there is none. */
export const first = async (page: Page, list: string): Promise<string> => {
  const { items } = (await ask(page, list)) as { items: { id: string }[] };
  return items[0]?.id ?? '';
};

const overflow = 'document.documentElement.scrollWidth - document.documentElement.clientWidth';

const lookAt = async (page: Page, { sizes = [WIDE, NARROW] }: Spot): Promise<string[]> => {
  // Colors that change by and by would be judged half way.
  await page.emulateMedia({ reducedMotion: 'reduce' });
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

/** What stands in somebody's way at each spot. `prepare` is done with each page before it goes anywhere. */
export const barriers = async (
  trip: Trip,
  spots: Record<string, Spot>,
  prepare?: (page: Page) => Promise<unknown>,
) => {
  const queue = Object.entries(spots);
  const found: string[] = [];
  const walk = async (page: Page): Promise<void> => {
    await prepare?.(page);
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [name, spot] = next;
      await page.setViewportSize(spot.sizes?.[0] ?? WIDE);
      await page.goto(trip.place.url + spot.route);
      await spot.ready(page);
      found.push(...(await lookAt(page, spot)).map((one) => `${name}, ${one}`));
    }
  };
  await Promise.all([walk(trip.page), walk(await trip.another())]);
  return found;
};
