import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** How many messages the demo's mailbox holds. */
export const MESSAGES = 375;
const NAMES = ['received', 'decided', 'waiting', 'unexplained'] as const;
/** How long sorting the mailbox may take, in milliseconds. */
const SORTING_MS = 30_000;

type Ledger = Record<(typeof NAMES)[number], number>;

const readLedger = async (page: Page): Promise<Ledger> => {
  const numbers = NAMES.map(async (name) => {
    const part = page.locator('dl div').filter({ has: page.getByText(name, { exact: true }) });
    return [name, Number(await part.locator('dd').innerText())] as const;
  });
  return Object.fromEntries(await Promise.all(numbers)) as Ledger;
};

/** Waits until Today, which is in front, says that all of at least so many messages were looked at. */
export const sorted = async (page: Page, messages = MESSAGES): Promise<Ledger> => {
  const settled = async () => {
    const { received, decided } = await readLedger(page);
    return received >= messages && received === decided;
  };
  await expect.poll(settled, { timeout: SORTING_MS, interval: 100 }).toBe(true);
  return readLedger(page);
};
