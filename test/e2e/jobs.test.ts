import { existsSync, renameSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'vitest';
import { journeys, NARROW, type Trip, visit, WIDE } from './kit/journey.ts';
import { tabTo } from './kit/keys.ts';
import { ask, importFile, whilePaused, writeMbox } from './kit/mail.ts';
import { root } from './kit/place.ts';

const journey = journeys('start');

/** Has so many imports fail because their files are elsewhere. Gives what brings the files back, and the jobs' ids. */
const failedImports = async ({ page, place }: Trip, account: string, n: number) => {
  const files: string[] = [];
  const jobIds: string[] = [];
  const { account: made } = await importFile(page, path.join(root, 'demo/mailbox/robin.mbox'), account);
  await whilePaused(page, made.id, async () => {
    for (let i = 0; i < n; i++) {
      const file = writeMbox(place, { from: 'a@example.com', subject: `${account} ${i}` });
      jobIds.push((await importFile(page, file, account)).jobId);
      renameSync(file, `${file}.away`);
      files.push(file);
    }
  });
  const states = () => Promise.all(jobIds.map((id) => stateOf(page, id)));
  await expect.poll(states, { timeout: 40_000 }).toEqual(jobIds.map(() => 'failed'));
  const mend = () => {
    for (const file of files) if (!existsSync(file)) renameSync(`${file}.away`, file);
  };
  return { files, jobIds, mend };
};

const stateOf = async (page: Trip['page'], id: string): Promise<string> =>
  ((await ask(page, `/jobs/${id}`)) as { state: string }).state;

const expectDone = (page: Trip['page'], jobIds: string[]) =>
  expect
    .poll(() => Promise.all(jobIds.map((id) => stateOf(page, id))), { timeout: 20_000 })
    .toEqual(jobIds.map(() => 'completed'));

journey(
  'a dead letter is warned of on Today, tells how each attempt failed, and is retried',
  async (trip) => {
    const { page } = trip;
    const { files, jobIds, mend } = await failedImports(trip, 'single', 1);
    await visit(trip, '/');
    await page.getByRole('status').getByRole('link', { name: '1 dead letter' }).click();
    const row = page.getByRole('listitem').filter({ hasText: files[0] ?? '' });
    await row.getByText('1 of 10 attempts').waitFor();
    await row.getByRole('link', { name: 'Import an archive' }).click();
    const attempts = page.getByRole('region', { name: 'How its attempts failed' });
    await attempts.getByText('Attempt 1').waitFor();
    await attempts.getByText(files[0] ?? '').waitFor();
    await page.getByRole('link', { name: 'Dead letters' }).click();
    mend();
    await row.getByRole('button', { name: /^Retry: Import an archive/ }).click();
    await page.getByText('Queued again: Import an archive').waitFor();
    await page.getByRole('heading', { name: 'No dead letters' }).waitFor();
    await expectDone(page, jobIds);
  },
);

for (const { words, size, account } of [
  { words: 'a wide screen', size: WIDE, account: 'cellar' },
  { words: 'a phone', size: NARROW, account: 'shed' },
]) {
  journey(
    `on ${words}, all dead letters that fit are counted, retried together, and the rest discarded with a reason`,
    async (trip) => {
      const { page } = trip;
      const { files, jobIds, mend } = await failedImports(trip, account, 3);
      await visit(trip, '/jobs/dead');
      await page.getByRole('combobox', { name: 'Type' }).selectOption('Import an archive');
      await page.getByRole('button', { name: 'Retry all of these…' }).click();
      const question = page.getByRole('dialog', { name: 'Retry dead letters?' });
      await question.getByText('3 jobs will be queued again').waitFor();
      await question.getByRole('textbox', { name: 'Only where the error contains' }).fill('no such words');
      await question.getByText('No dead letter fits.').waitFor();
      expect(await question.getByRole('button', { name: /^Retry/ }).isDisabled()).toBe(true);
      await question.getByRole('textbox').fill(files[0] ?? '');
      await question.getByText('1 job will be queued again').waitFor();
      mend();
      await question.getByRole('button', { name: 'Retry 1 job' }).click();
      await page.getByText('1 job queued again', { exact: true }).waitFor();
      await question.waitFor({ state: 'hidden' });
      await expectDone(page, jobIds.slice(0, 1));

      await page
        .getByRole('checkbox', { name: /^Select Import an archive/ })
        .first()
        .check();
      await page.getByRole('button', { name: 'Discard 1…' }).click();
      const last = page.getByRole('dialog', { name: 'Discard dead letters?' });
      await last.getByText('1 job will be discarded').waitFor();
      const discard = last.getByRole('button', { name: 'Discard 1 job' });
      expect(await discard.isDisabled()).toBe(true);
      await last.getByRole('textbox', { name: 'Reason' }).fill('Made by mistake');
      await discard.click();
      await page.getByText('1 job discarded', { exact: true }).waitFor();

      await page.getByRole('button', { name: 'Retry all of these…' }).click();
      await question.getByRole('button', { name: 'Retry 1 job' }).click();
      await page.getByRole('heading', { name: 'No dead letter fits this filter' }).waitFor();
      const kept = jobIds.slice(0, 2);
      await expectDone(page, kept);
      expect(await page.getByRole('link', { name: /dead letter.*waiting/ }).count()).toBe(0);
    },
    { size },
  );
}

const schedulesNow = async (page: Trip['page']) =>
  (
    (await ask(page, '/schedules')) as {
      items: { id: string; cron: string; enabled: boolean; own: boolean }[];
    }
  ).items;

/** The row of a schedule of a person, by what it says of its times. */
const rowOf = (page: Trip['page'], description: string) =>
  page.getByRole('region', { name: 'Yours' }).getByRole('listitem').filter({ hasText: description });

journey(
  'a schedule is added, changed with a look at its next runs, paused, run now, and removed',
  async (trip) => {
    const { page } = trip;
    await visit(trip, '/jobs/schedules');
    await page.getByRole('button', { name: 'Add a schedule', exact: true }).click();
    const adding = page.getByRole('dialog', { name: 'Add a schedule' });
    await adding.getByRole('combobox', { name: 'Start from' }).selectOption('Every Monday at 09:00');
    await adding.getByRole('combobox', { name: 'Time zone' }).fill('Asia/Tokyo');
    await adding.getByText('At 09:00 on Monday').waitFor();
    // What comes in meanwhile renews the list, and takes nothing away from who types.
    const renewed = page.waitForResponse((response) => response.url().endsWith('/api/schedules'));
    const [other] = await schedulesNow(page);
    await ask(page, `/schedules/${other?.id}/run`, {});
    await renewed;
    await adding
      .getByText(/Mon .* 0?0:00/)
      .nth(4)
      .waitFor();
    await adding.getByRole('button', { name: 'Add schedule' }).click();
    const before = rowOf(page, 'At 09:00 on Monday');
    await before.getByText('(Asia/Tokyo)').waitFor();

    await before.getByRole('button', { name: 'Edit…' }).click();
    const editing = page.getByRole('dialog', { name: 'Change “Make a digest”' });
    const cron = editing.getByRole('textbox', { name: 'Cron' });
    expect(await cron.inputValue()).toBe('0 9 * * 1');
    await cron.fill('61 9 * * 1');
    const save = editing.getByRole('button', { name: 'Save' });
    await editing.getByText(/Write \* or numbers from 0 to 59/).waitFor();
    expect(await save.isDisabled()).toBe(true);
    await cron.fill('45 21 1 * *');
    await editing.getByText('At 21:45 on day 1 of the month').waitFor();
    expect(await editing.getByRole('listitem').count()).toBe(5);
    await save.click();
    const row = rowOf(page, 'At 21:45 on day 1 of the month');
    await row.waitFor();

    await row.getByRole('button', { name: 'Pause' }).click();
    await row.getByText('Paused', { exact: true }).waitFor();
    await row.getByText('not while it is paused').waitFor();
    await row.getByRole('button', { name: 'Run now' }).click();
    await page.getByText('Started: Make a digest').waitFor();
    await row.getByRole('link', { name: 'Last job: Completed' }).waitFor();
    await row.getByRole('button', { name: 'Resume' }).click();
    await row.getByText('Paused', { exact: true }).waitFor({ state: 'detached' });
    expect((await schedulesNow(page)).find((one) => one.cron === '45 21 1 * *')?.enabled).toBe(true);

    await row.getByRole('button', { name: 'Remove…' }).click();
    const question = page.getByRole('dialog', { name: 'Remove “Make a digest”?' });
    await question.getByRole('button', { name: 'Keep it' }).click();
    await row.getByRole('button', { name: 'Remove…' }).click();
    await question.getByRole('button', { name: 'Remove schedule' }).click();
    await row.waitFor({ state: 'detached' });
    expect((await schedulesNow(page)).some((one) => one.cron === '45 21 1 * *')).toBe(false);
  },
);

journey(
  'on a phone and with the keyboard alone, a schedule of the product is paused and resumed, and not removed',
  async (trip) => {
    const { page } = trip;
    await visit(trip, '/jobs/schedules');
    const own = page.getByRole('region', { name: 'Ashford’s own' });
    const row = own.getByRole('listitem').filter({ hasText: 'Look into every mailbox' });
    await row.waitFor();
    expect(await own.getByRole('button', { name: /Remove|Edit/ }).count()).toBe(0);
    await tabTo(page, row.getByRole('button', { name: 'Pause' }));
    await page.keyboard.press('Enter');
    await tabTo(page, row.getByRole('button', { name: 'Resume' }));
    await page.keyboard.press('Enter');
    await row.getByRole('button', { name: 'Pause' }).waitFor();
    const schedules = await schedulesNow(page);
    expect(schedules.filter((one) => one.own).every((one) => one.enabled)).toBe(true);
  },
  { size: NARROW },
);

journey('a schedule that is overdue is warned of on Today and says what to do', async (trip) => {
  const { page } = trip;
  // Time can't be made to pass in a running program: what it would answer then is put in its mouth.
  await page.route('**/api/schedules', async (route) => {
    const response = await route.fetch();
    const list = (await response.json()) as { items: object[] };
    const items = list.items.map((item, i) => ({ ...item, overdue: i === 0 }));
    await route.fulfill({ response, json: { ...list, items } });
  });
  await visit(trip, '/');
  await page.getByRole('status').getByRole('link', { name: '1 schedule' }).click();
  await page.getByText('Overdue.').waitFor();
  await page.getByText('It should have run by now. Is a worker running?').waitFor();
  await page.getByRole('link', { name: 'Schedules 1 overdue' }).waitFor();
});

journey('the queue is read by state and by type, and is live', async (trip) => {
  const { page, place } = trip;
  await visit(trip, '/jobs?type=import');
  const list = page.getByRole('main').getByRole('listitem').filter({ hasText: 'Import an archive' });
  await page.getByRole('combobox', { name: 'Type' }).waitFor();
  await page.getByText('Loading the jobs…').waitFor({ state: 'detached' });
  const before = await list.count();
  const { jobId } = await importFile(
    page,
    writeMbox(place, { from: 'a@example.com', subject: 'Live' }),
    'loft',
  );
  await expect.poll(() => list.count(), { timeout: 20_000 }).toBe(before + 1);
  await expectDone(page, [jobId]);
  await page.getByRole('navigation', { name: 'State' }).getByRole('link', { name: 'Canceled' }).click();
  await page.getByRole('heading', { name: 'No canceled jobs' }).waitFor();
  expect(new URL(page.url()).search).toBe('?state=canceled&type=import');
});
