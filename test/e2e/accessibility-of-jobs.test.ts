import { rmSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { barriers, first, heading, openDialog, type Spot } from './kit/barriers.ts';
import { journeys, type Trip } from './kit/journey.ts';
import { sorted } from './kit/ledger.ts';
import { ask, importFile, whilePaused, writeMbox } from './kit/mail.ts';
import { root } from './kit/place.ts';

const journey = journeys('demo');

const byType = async (page: Page) => {
  await page.getByText('By type').click();
  await page.getByRole('link', { name: 'Let an approval expire' }).first().waitFor();
};

const bulk = (button: string, told: string) => async (page: Page) => {
  await page.getByRole('button', { name: button }).click();
  await page.getByRole('dialog').getByText(told).waitFor();
};

const newSchedule = async (page: Page) => {
  await openDialog('Add a schedule', 'Add a schedule')(page);
  await page.getByRole('dialog').getByText('Next, in your time').waitFor();
};

const wrongCron = async (page: Page) => {
  await openDialog('Edit…', 'Change “')(page);
  await page.getByRole('textbox', { name: 'Cron' }).fill('7 o’clock');
  await page.getByRole('dialog').getByText('A cron has five fields').waitFor();
};

const openDone = async (page: Page) => {
  const done = page.getByRole('region', { name: 'Done by itself' });
  await done
    .getByText(/^The newest/)
    .first()
    .click();
  await done
    .getByRole('button', { name: /^Undo for/ })
    .first()
    .waitFor();
};

/** Has an import fail for good, and gives where its job is shown. */
const deadLetter = async ({ page, place }: Trip): Promise<string> => {
  const file = writeMbox(place, { from: 'a@example.com', subject: 'Lost' });
  const { account } = await importFile(page, path.join(root, 'demo/mailbox/robin.mbox'), 'attic');
  const { jobId } = await whilePaused(page, account.id, async () => {
    const begun = await importFile(page, file, 'attic');
    rmSync(file);
    return begun;
  });
  const state = async () => ((await ask(page, `/jobs/${jobId}`)) as { state: string }).state;
  await expect.poll(state, { timeout: 20_000 }).toBe('failed');
  return `/jobs/${jobId}`;
};

/** The digest that the demo makes when its mailbox is sorted. */
const demoDigest = async (page: Page): Promise<string> => {
  const id = () => first(page, '/digests');
  await expect.poll(id, { timeout: 20_000 }).not.toBe('');
  return `/digests/${await id()}`;
};

/** Some schedules are late in every answer, as they are when no worker runs. */
const makeLate = (page: Page) =>
  page.route('**/api/schedules', async (route) => {
    const response = await route.fetch();
    const list = (await response.json()) as { items: object[] };
    const items = list.items.map((item, i) => ({ ...item, overdue: i % 2 === 0 }));
    await route.fulfill({ response, json: { ...list, items } });
  });

type Spots = Record<string, Spot>;

const jobSpots = async (trip: Trip): Promise<Spots> => {
  const dead = await deadLetter(trip);
  const job = `/jobs/${await first(trip.page, '/jobs?state=completed')}`;
  return {
    'today with warnings': { route: '/', ready: (p) => p.getByText(/are overdue/).waitFor() },
    job: { route: job, ready: (p) => p.getByRole('heading', { name: 'Steps' }).waitFor() },
    jobs: { route: '/jobs', ready: byType },
    'dead letters': { route: '/jobs/dead', ready: heading('Jobs') },
    'dead letter': { route: dead, ready: (p) => p.getByText('Attempt 1').waitFor() },
    'retry of dead letters': {
      route: '/jobs/dead',
      ready: bulk('Retry all…', 'will be queued again'),
    },
    'discard of dead letters': {
      route: '/jobs/dead',
      ready: bulk('Discard all…', 'will be discarded'),
    },
    'no dead letters': { route: '/jobs/dead?kind=exhausted', ready: heading('Jobs') },
  };
};

const scheduleSpots = async ({ page }: Trip): Promise<Spots> => {
  const digest = await demoDigest(page);
  return {
    schedules: { route: '/jobs/schedules', ready: heading('Jobs') },
    'new schedule': { route: '/jobs/schedules', ready: newSchedule },
    'cron that is wrong': { route: '/jobs/schedules', ready: wrongCron },
    'question before a schedule is removed': {
      route: '/jobs/schedules',
      ready: openDialog('Remove…', 'Remove “'),
    },
    digests: { route: '/digests', ready: heading('Digests') },
    digest: { route: digest, ready: openDone },
  };
};

for (const { of, spots } of [
  { of: 'jobs and dead letters', spots: jobSpots },
  { of: 'schedules and digests', spots: scheduleSpots },
]) {
  journey(`${of}: nothing has a barrier, in light and dark, on a wide screen and a phone`, async (trip) => {
    await sorted(trip.page);
    expect(await barriers(trip, await spots(trip), makeLate)).toEqual([]);
  });
}
