import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { barriers, heading, openDialog } from './kit/barriers.ts';
import { journeys, type Trip, visit } from './kit/journey.ts';
import { tabTo } from './kit/keys.ts';
import { ask, writeMbox } from './kit/mail.ts';
import { gmailFor, type ImapServer, imapFor } from './kit/mail-servers.ts';

const GMAIL = 'robin@marlow.example';
const IMAP = 'ada@imap.example';

const gmail = await gmailFor(GMAIL);
const imap = await imapFor();

const journey = journeys('start', {
  settings: gmail.settings,
  alsoTo: [gmail.fake.url],
  end: async () => {
    await gmail.fake.close();
    await imap?.stop();
  },
});

const connect = async ({ page }: Trip, way: RegExp): Promise<void> => {
  await page.getByRole('button', { name: 'Connect a mailbox', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: way }).click();
};

const fillImap = async (page: Page, imap: ImapServer, password: string): Promise<void> => {
  await page.getByLabel('E-mail address').fill(IMAP);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByLabel('Server for reading (IMAP): name').fill('127.0.0.1');
  await page.getByLabel('Server for reading (IMAP): port').fill(String(imap.port));
  await page.getByLabel('Server for reading (IMAP): encryption').selectOption('none');
  await page.getByLabel('User name').fill('ada');
  await page.getByLabel('Send from this account too').uncheck();
};

const idOf = async (page: Page, email: string): Promise<string> => {
  const { items } = (await ask(page, '/accounts')) as { items: { id: string; email: string }[] };
  return items.find((account) => account.email === email)?.id ?? '';
};

/** The line of the ledger on an account's page. */
const ledger = (page: Page, name: string, n: number) =>
  page.locator('dl div').filter({ hasText: new RegExp(`^${n}\\s*${name}$`) });

journey('nothing is connected at first, and the page leads on to what can be', async (trip) => {
  const { page } = trip;
  await visit(trip, '/');
  await page.getByRole('link', { name: 'Connect a mailbox' }).click();
  await heading('Accounts')(page);
  await page.getByText('No mailbox is connected yet').waitFor();
  const found = await barriers(trip, {
    'no accounts': { route: '/accounts', ready: heading('Accounts') },
    'ways to connect': { route: '/accounts', ready: openDialog('Connect a mailbox', 'Connect a mailbox') },
    'the IMAP form': {
      route: '/accounts',
      ready: async (p) => {
        await openDialog('Connect a mailbox', 'Connect a mailbox')(p);
        await p.getByRole('button', { name: /Another mail provider/ }).click();
        await p.getByLabel('E-mail address').fill('ada@nowhere.example');
        await p.getByLabel('E-mail address').blur();
        await p.getByText('a guess').waitFor();
      },
    },
    'the Gmail page': {
      route: '/accounts',
      ready: async (p) => {
        await openDialog('Connect a mailbox', 'Connect a mailbox')(p);
        await p.getByRole('button', { name: /Gmail or Google/ }).click();
        await p.getByRole('button', { name: 'Sign in with Google' }).waitFor();
      },
    },
  });
  expect(found).toEqual([]);
});

journey(
  'by keyboard, a server that can’t be reached is told with its port, and a wrong name by its field',
  async (trip) => {
    const { page } = trip;
    const dialog = page.getByRole('dialog');
    await visit(trip, '/accounts');
    await page.getByRole('button', { name: 'Connect a mailbox', exact: true }).press('Enter');
    await dialog.getByRole('button', { name: /Another mail provider/ }).press('Enter');
    await expect
      .poll(() => page.getByLabel('E-mail address').evaluate((e) => e.matches(':focus')))
      .toBe(true);
    await page.keyboard.type('ada@127.0.0.1');
    await page.keyboard.press('Tab');
    await page.keyboard.type('a password');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('imap.127.0.0.1').waitFor();
    await page.getByLabel('Server for reading (IMAP): name').fill('127.0.0.1');
    await page.getByLabel('Server for reading (IMAP): port').fill('9');
    await dialog.getByRole('button', { name: 'Try and connect' }).click();
    await page.getByRole('alert').getByText('Nothing answers at 127.0.0.1 on port 9').waitFor();
    await page.getByLabel('Server for reading (IMAP): name').fill('no such host!');
    await dialog.getByRole('button', { name: 'Try and connect' }).click();
    await page.getByRole('alert').getByText('Server for reading (IMAP): must be the name').waitFor();
    await dialog.getByRole('button', { name: 'All ways' }).press('Enter');
    const first = dialog.getByRole('button', { name: /Gmail or Google/ });
    await expect.poll(() => first.evaluate((e) => e.matches(':focus'))).toBe(true);
  },
);

journey('Gmail is connected through its consent page, and its mail comes in by itself', async (trip) => {
  const { page } = trip;
  gmail.deliver('Hello from Gmail');
  await visit(trip, '/accounts');
  await connect(trip, /Gmail or Google/);
  await page.getByText('It can’t delete for good').waitFor();
  await page.getByRole('button', { name: 'Sign in with Google' }).click();
  await page.getByRole('button', { name: 'Allow' }).click();
  await page.getByText('Ashford may now use').waitFor();
  await page.getByRole('link', { name: 'Back to the accounts' }).click();
  await page.getByRole('link', { name: GMAIL }).click();
  await heading(GMAIL)(page);
  await ledger(page, 'decided', 1).waitFor();
  await page.getByText('it may read, change and send').waitFor();
  gmail.deliver('A second one from Gmail');
  await ledger(page, 'received', 2).waitFor();
});

journey(
  'when Google ends the sign-in every page says so, and all goes on after another yes',
  async (trip) => {
    const { page } = trip;
    gmail.fake.revoke(GMAIL);
    gmail.deliver('While nobody was signed in');
    await ask(page, `/accounts/${await idOf(page, GMAIL)}/sync`, {});
    await visit(trip, '/rules');
    const banner = page.getByRole('status').filter({ hasText: 'must sign in again' });
    await banner.getByText(GMAIL).waitFor();
    const found = await barriers(trip, {
      'a page with the banner': {
        route: '/rules',
        ready: (p) => p.getByText('must sign in again').waitFor(),
      },
      'accounts, one of which waits': { route: '/accounts', ready: heading('Accounts') },
      'an account that waits': {
        route: `/accounts/${await idOf(page, GMAIL)}`,
        ready: (p) => p.getByText('Needs you').waitFor(),
      },
    });
    expect(found).toEqual([]);
    await visit(trip, '/rules');
    await banner.getByRole('link', { name: 'Sign in again' }).click();
    await page.getByRole('button', { name: 'Allow' }).click();
    await page.getByRole('link', { name: 'Back to the accounts' }).click();
    await page.getByRole('link', { name: GMAIL }).click();
    await ledger(page, 'received', 3).waitFor();
    await page.getByText('must sign in again').waitFor({ state: 'detached' });
  },
);

journey('somebody who says no at Google is told, and nothing is connected', async (trip) => {
  const { page } = trip;
  await visit(trip, '/accounts');
  await connect(trip, /Gmail or Google/);
  await page.getByRole('button', { name: 'Sign in with Google' }).click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('alert').getByText('Google was told no').waitFor();
  await page.getByRole('link', { name: 'Back to the accounts' }).click();
  await heading('Accounts')(page);
  expect(await page.getByRole('link', { name: GMAIL }).count()).toBe(1);
});

journey('an archive is imported from the same dialog', async (trip) => {
  const { page, place } = trip;
  const file = writeMbox(place, { from: 'bob@example.com', subject: 'From an archive' });
  await visit(trip, '/accounts');
  await connect(trip, /A mail archive/);
  await page.getByLabel('Where it is').fill('no/whole/path');
  await page.getByRole('button', { name: 'Import' }).click();
  await page.getByRole('alert').getByText('whole path').waitFor();
  await page.getByLabel('Where it is').fill(file);
  await page.getByLabel('Name').fill('old mail');
  await page.getByRole('button', { name: 'Import' }).click();
  await heading('old mail')(page);
  await ledger(page, 'decided', 1).waitFor();
});

const imapJourneys = (imap: ImapServer): void => {
  journey(
    'an IMAP mailbox is refused with a wrong password, connected with the right one, and read',
    async (trip) => {
      const { page } = trip;
      await imap.deliver('Hello over IMAP');
      await visit(trip, '/accounts');
      await connect(trip, /Another mail provider/);
      await page.getByLabel('E-mail address').fill(IMAP);
      await page.getByLabel('E-mail address').blur();
      await page.getByText('a guess').waitFor();
      await fillImap(page, imap, 'wrong');
      await page.getByRole('button', { name: 'Try and connect' }).click();
      await page.getByRole('alert').getByText('refused the sign-in').waitFor();
      await page.getByLabel('Password', { exact: true }).fill(imap.password);
      await page.getByRole('button', { name: 'Try and connect' }).click();
      await heading(IMAP)(page);
      await ledger(page, 'decided', 1).waitFor();
      await page.getByRole('button', { name: 'Test', exact: true }).click();
      await page.getByRole('dialog').getByText('It works.').waitFor();
      await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click();
      await imap.deliver('A second one');
      await ledger(page, 'received', 2).waitFor();
    },
  );

  journey('an account is paused and goes on, by keyboard alone', async (trip) => {
    const { page } = trip;
    await visit(trip, '/');
    await page.getByRole('heading', { name: 'Today', level: 1 }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('c');
    await heading('Accounts')(page);
    await tabTo(page, page.getByRole('link', { name: IMAP }));
    await page.keyboard.press('Enter');
    await heading(IMAP)(page);
    await tabTo(page, page.getByRole('button', { name: 'Pause', exact: true }));
    await page.keyboard.press('Enter');
    await page.getByText('Paused by hand').waitFor();
    await imap.deliver('While it was paused');
    await tabTo(page, page.getByRole('button', { name: 'Resume', exact: true }));
    await page.keyboard.press('Enter');
    await ledger(page, 'received', 3).waitFor();
  });

  journey('an account goes with its mail kept, and then without', async (trip) => {
    const { page } = trip;
    await visit(trip, `/accounts/${await idOf(page, IMAP)}`);
    await page.getByRole('button', { name: 'Remove…' }).click();
    await page.getByRole('button', { name: 'Remove, keep mail' }).click();
    await page.getByText('Its mail is kept here').first().waitFor();
    await visit(trip, '/inbox?q=Hello+over+IMAP');
    await page.getByText('Hello over IMAP').first().waitFor();
    const kept = await idOf(page, IMAP);
    const found = await barriers(trip, {
      'an account whose mail was kept': { route: `/accounts/${kept}`, ready: heading(IMAP) },
      'the question before it goes': {
        route: `/accounts/${kept}`,
        ready: openDialog('Remove…', `Remove ${IMAP}?`),
      },
    });
    expect(found).toEqual([]);
    await visit(trip, `/accounts/${kept}`);
    await page.getByRole('button', { name: 'Remove…' }).click();
    await page.getByRole('button', { name: 'Remove and delete mail' }).click();
    await heading('Accounts')(page);
    await page.getByRole('link', { name: IMAP }).waitFor({ state: 'detached' });
    await visit(trip, '/inbox?q=Hello+over+IMAP');
    await page
      .getByText(/No mail|Nothing/)
      .first()
      .waitFor();
  });
};

if (imap) imapJourneys(imap);
