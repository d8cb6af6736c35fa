import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { barriers, first, heading } from './kit/barriers.ts';
import { journeys, NARROW, type Trip, visit } from './kit/journey.ts';
import { tabTo } from './kit/keys.ts';
import { ask } from './kit/mail.ts';
import { gmailFor } from './kit/mail-servers.ts';
import { leaveInDoubt } from './kit/outbox.ts';

const GMAIL = 'robin@marlow.example';
const gmail = await gmailFor(GMAIL);

const journey = journeys('start', {
  settings: gmail.settings,
  alsoTo: [gmail.fake.url],
  end: () => gmail.fake.close(),
});

/** Longer than a mail waits before it leaves, in milliseconds. */
const LEAVES_MS = 40_000;

const sentTo = () => gmail.fake.ledger.sends(GMAIL).map(({ to, subject }) => `${to}: ${subject}`);
const dialog = (page: Page) => page.getByRole('dialog', { name: 'Write' });

const openThread = async (trip: Trip, subject: string): Promise<void> => {
  await visit(trip, '/inbox');
  await trip.page.getByRole('link', { name: new RegExp(subject) }).click();
  await trip.page.getByRole('region', { name: 'Reading' }).getByRole('heading', { name: subject }).waitFor();
};

const openDialog = async (trip: Trip, subject: string, way: 'Reply' | 'Draft' | 'Forward') => {
  await openThread(trip, subject);
  await trip.page.getByRole('button', { name: 'Reply or forward' }).click();
  await dialog(trip.page).getByRole('radio', { name: way }).check();
};

journey('a reply says whom it goes to, is written by keyboard alone, and leaves once', async (trip) => {
  const { page } = trip;
  gmail.deliver('About the boat');
  gmail.deliver('About the desk', 'Reply-To: desk@elsewhere.example');
  gmail.deliver('About the float');
  const { url } = (await ask(page, '/accounts/gmail', {})) as { url: string };
  await page.goto(url);
  await page.getByRole('button', { name: 'Allow' }).click();
  await page.getByText('Ashford may now use').waitFor();
  await openThread(trip, 'About the boat');
  await page.keyboard.press('r');
  await dialog(page).getByText('bob@example.com').waitFor();
  expect(await dialog(page).getByRole('button', { name: 'Send' }).isDisabled()).toBe(true);
  await tabTo(page, dialog(page).getByLabel('Your answer'));
  await page.keyboard.type('Yes, gladly.');
  await tabTo(page, dialog(page).getByRole('button', { name: 'Send' }));
  await page.keyboard.press('Enter');
  await page.getByText('Will be sent').waitFor();
  await expect.poll(sentTo, { timeout: LEAVES_MS }).toEqual(['bob@example.com: Re: About the boat']);
});

journey(
  'on a phone, a reply is called back before it leaves',
  async (trip) => {
    const { page } = trip;
    await openDialog(trip, 'About the float', 'Reply');
    await dialog(page).getByLabel('Your answer').fill('No, wait.');
    await dialog(page).getByRole('button', { name: 'Send' }).click();
    await page.getByRole('button', { name: 'Undo', exact: true }).click();
    await page.getByText('Undone', { exact: true }).waitFor();
    const action = await first(page, '/actions');
    await visit(trip, `/actions/${action}`);
    await page.getByText('It was called back before it left.').waitFor({ timeout: LEAVES_MS });
    expect(sentTo()).toHaveLength(1);
  },
  { size: NARROW },
);

journey('whoever asks for answers to another address is told of, and a draft is kept', async (trip) => {
  const { page } = trip;
  await openDialog(trip, 'About the desk', 'Draft');
  await dialog(page).getByText('desk@elsewhere.example').waitFor();
  await dialog(page).getByText('came from bob@example.com').waitFor();
  await dialog(page).getByLabel('Your answer').fill('Perhaps.');
  await dialog(page).getByRole('button', { name: 'Keep draft' }).click();
  await page.getByText('Draft kept').waitFor();
  await expect.poll(() => gmail.fake.draftIds(GMAIL).length).toBe(1);
});

journey(
  'a message goes on to whom was typed, with what is no address left out in plain sight',
  async (trip) => {
    const { page } = trip;
    await openDialog(trip, 'About the float', 'Forward');
    const send = dialog(page).getByRole('button', { name: 'Send' });
    await dialog(page).getByText('Goes to nobody yet').waitFor();
    expect(await send.isDisabled()).toBe(true);
    await dialog(page)
      .getByLabel(/^To: addresses/)
      .fill('Ann <ann@x.example>, carol, cy@y.example');
    await dialog(page).getByText('Goes to ann@x.example, cy@y.example', { exact: true }).waitFor();
    await dialog(page).getByLabel('A note before the message').fill('Look at this.');
    await dialog(page).getByRole('checkbox').check();
    await send.click();
    await page.getByText('Will be sent').waitFor();
    await expect
      .poll(sentTo, { timeout: LEAVES_MS })
      .toContain('ann@x.example, cy@y.example: Fwd: About the float');
  },
);

/** Asks for a reply, and leaves it one of which nobody knows whether it went out. */
const doubtful = async ({ page, place }: Trip, text: string): Promise<void> => {
  const thread = (await ask(page, `/threads/${await first(page, '/threads?q=desk')}`)) as {
    messages: { id: string }[];
  };
  const command = { type: 'reply', parameters: { text }, confirmed: true };
  const { actionId } = (await ask(page, `/messages/${thread.messages[0]?.id}/actions`, command)) as {
    actionId: string;
  };
  await expect
    .poll(() => {
      try {
        leaveInDoubt(place, actionId);
        return true;
      } catch {
        return false;
      }
    })
    .toBe(true);
};

journey(
  'a mail that may have gone out is a question on every page, and each answer counts once',
  async (trip) => {
    const { page } = trip;
    const before = sentTo().length;
    for (const text of ['One', 'Two', 'Three']) await doubtful(trip, text);
    await visit(trip, '/');
    await page.getByRole('link', { name: /3 mails may or may not have gone out/ }).waitFor();
    await page
      .getByRole('link', { name: /^Approvals\s+3/ })
      .first()
      .click();
    await page.getByRole('heading', { name: 'May or may not have gone out' }).waitFor();
    expect(await page.getByText('Nothing waits for you').count()).toBe(0);
    const card = page.getByRole('main').getByRole('listitem').filter({ hasText: 'desk@elsewhere.example' });
    await page.keyboard.press('j');
    await tabTo(page, card.first().getByRole('button', { name: 'It went out' }));
    await page.keyboard.press('Enter');
    await page.getByText('Noted as sent').waitFor();
    await expect.poll(() => card.count()).toBe(2);
    await card.first().getByRole('button', { name: 'Give up' }).click();
    await page.getByText('Given up').waitFor();
    await expect.poll(() => card.count()).toBe(1);
    const found = await barriers(trip, {
      'a question about a mail': {
        route: '/approvals',
        ready: (p) => p.getByText('Look into Sent').waitFor(),
      },
      'Today with a question': { route: '/', ready: (p) => p.getByText('1 mail may or may not').waitFor() },
      'the reply dialog': { route: '/inbox', ready: (p) => openFromList(p, 'Reply') },
      'the forward dialog': { route: '/inbox', ready: (p) => openFromList(p, 'Forward') },
    });
    expect(found).toEqual([]);
    await visit(trip, '/approvals');
    await card.getByRole('button', { name: 'Send again' }).click();
    await page.getByText('Nothing waits for you').waitFor();
    await expect.poll(() => sentTo().length, { timeout: LEAVES_MS }).toBe(before + 1);
    await heading('Approvals')(page);
  },
);

const openFromList = async (page: Page, way: 'Reply' | 'Forward'): Promise<void> => {
  await page.getByRole('link', { name: /About the desk/ }).click();
  await page.getByRole('button', { name: 'Reply or forward' }).click();
  await dialog(page).getByRole('radio', { name: way }).check();
};
