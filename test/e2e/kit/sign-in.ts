import type { Page } from 'playwright-core';

/** Opens a sign-in link and presses its button. */
export const signIn = async (page: Page, link: string): Promise<void> => {
  await page.goto(link);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('heading', { name: 'Today', level: 1 }).waitFor();
};
