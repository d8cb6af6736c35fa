import type { Locator, Page } from 'playwright-core';

/** More stops than any page of ours has before what is looked for. */
const MOST_STOPS = 150;

/** Presses Tab until the control has the focus, as somebody without a mouse does. Throws when it is never reached. */
export const tabTo = async (page: Page, target: Locator): Promise<void> => {
  await target.waitFor();
  const node = await target.elementHandle();
  for (let stop = 0; stop < MOST_STOPS; stop++) {
    if (await node?.evaluate((element) => element === element.ownerDocument.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab never reaches ${target}`);
};

/** Chooses in a select by typing the beginning of what it says. */
export const choose = async (page: Page, target: Locator, words: string): Promise<void> => {
  await tabTo(page, target);
  await page.keyboard.type(words);
};
