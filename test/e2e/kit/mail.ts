import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import type { Place } from './place.ts';

export interface Letter {
  from: string;
  subject: string;
  text?: string;
  html?: string;
  /** When it was sent; some day long ago unless it says. */
  date?: Date;
}

const LONG_AGO = new Date('2026-01-15T10:00:00Z');
let written = 0;

/** As the lines between the letters of an archive have it: `Thu Jan 15 10:00:00 2026`. */
const lineDate = (date: Date): string => {
  const [weekday, day, month, year, time] = date.toUTCString().replace(',', '').split(' ');
  return `${weekday} ${month} ${day} ${time} ${year}`;
};

const mime = ({ from, subject, text = 'Hello.', html, date = LONG_AGO }: Letter): string => {
  written += 1;
  const type = html === undefined ? 'text/plain' : 'text/html';
  return [
    `From sender@example.com ${lineDate(date)}`,
    `Date: ${date.toUTCString()}`,
    `From: ${from}`,
    'To: Robin Hale <robin@hale.example>',
    `Subject: ${subject}`,
    `Message-ID: <e2e-${written}@example.com>`,
    'MIME-Version: 1.0',
    `Content-Type: ${type}; charset=utf-8`,
    '',
    html ?? text,
    '',
    '',
  ].join('\n');
};

/** Writes the letters as an mbox file into the place's folder. Gives its path. */
export const writeMbox = (place: Place, ...letters: Letter[]): string => {
  const file = path.join(place.folder, `letters-${written}.mbox`);
  writeFileSync(file, letters.map(mime).join(''));
  return file;
};

/** Asks the API as the page would. Throws when it says no. */
export const ask = async (page: Page, route: string, body?: object): Promise<unknown> => {
  const { origin } = new URL(page.url());
  const request = { method: body ? 'POST' : 'GET', headers: { origin }, ...(body && { data: body }) };
  const answer = await page.context().request.fetch(`${origin}/api${route}`, request);
  if (!answer.ok()) throw new Error(`${route}: ${answer.status()} ${await answer.text()}`);
  return answer.json();
};

/** Has the running server take in an archive, in the background. */
export const importFile = async (page: Page, file: string, account = 'robin@hale.example') =>
  (await ask(page, '/accounts/import', { path: file, name: account })) as {
    account: { id: string };
    jobId: string;
  };

/** Does something while nothing is done for an account; what waits for it goes on afterwards. */
export const whilePaused = async <T>(page: Page, accountId: string, work: () => Promise<T>): Promise<T> => {
  await ask(page, `/accounts/${accountId}/pause`, {});
  const result = await work();
  await ask(page, `/accounts/${accountId}/resume`, {});
  return result;
};

/** New mail for the mailbox of the demo. */
export const deliver = (page: Page, place: Place, ...letters: Letter[]) =>
  importFile(page, writeMbox(place, ...letters));
