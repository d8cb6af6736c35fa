import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { launchBrowser } from '#test/e2e/browser.ts';
import { type Place, type Settings, startPlace } from './place.ts';
import { signIn } from './sign-in.ts';

export const WIDE = { width: 1280, height: 860 };
export const NARROW = { width: 390, height: 844 };
/** How long something may take to be seen, in milliseconds. */
const SEE_MS = 20_000;

export interface Trip {
  place: Place;
  page: Page;
  context: BrowserContext;
  /** A second window of the same person. */
  another(): Promise<Page>;
}

interface Options {
  size?: { width: number; height: number };
  colorScheme?: 'light' | 'dark';
  signedOut?: boolean;
}

/** What stands around the server of a file. */
interface Surroundings {
  settings?: Settings;
  /** Where else a page may go, without a slash at the end. */
  alsoTo?: readonly string[];
  /** Called after the last journey. */
  end?(): Promise<void>;
}

/** What a page may never do: fail inside, or ask another host. */
const watch = (context: BrowserContext, places: readonly string[]): string[] => {
  const faults: string[] = [];
  context.on('weberror', (error) => faults.push(`error: ${error.error().message}`));
  context.on('console', (message) => {
    // The browser itself logs answers such as 409; what the page makes of them is what a journey looks at.
    const ofNetwork = message.text().startsWith('Failed to load resource');
    if (message.type() === 'error' && !ofNetwork) faults.push(`console: ${message.text()}`);
  });
  context.on('request', (request) => {
    const to = request.url();
    const isOurs = places.some((url) => to.startsWith(`${url}/`));
    if (!isOurs && !to.startsWith('data:') && !to.startsWith('about:')) faults.push(`request: ${to}`);
  });
  return faults;
};

const shoot = async (context: BrowserContext): Promise<string> => {
  const folder = mkdtempSync(path.join(tmpdir(), 'ashford-e2e-seen-'));
  const files = context.pages().map((page, i) => {
    const file = path.join(folder, `${i + 1}.png`);
    return page.screenshot({ path: file, timeout: 5_000 }).then(() => `${page.url()} looked like ${file}`);
  });
  const told = await Promise.allSettled(files);
  return told.map((one) => (one.status === 'fulfilled' ? one.value : String(one.reason))).join('\n');
};

/**
 * Runs one server and one browser for the tests of a file. Gives the function that declares them: each gets a browser
 * profile of its own, signed in unless it says otherwise, and fails with a picture of what was seen.
 */
export const journeys = (command: 'start' | 'demo', o: Surroundings = {}) => {
  let place: Place;
  let browser: Browser;
  let session: Awaited<ReturnType<BrowserContext['storageState']>>;

  beforeAll(async () => {
    [place, browser] = await Promise.all([startPlace(command, o.settings), launchBrowser()]);
    const context = await browser.newContext();
    await signIn(await context.newPage(), place.signInLink);
    session = await context.storageState();
    await context.close();
  });
  afterAll(async () => {
    await Promise.all([browser?.close(), place?.stop()]);
    await o.end?.();
  });

  return (name: string, walk: (trip: Trip) => Promise<void>, options: Options = {}): void => {
    test(name, async () => {
      const context = await browser.newContext({
        viewport: options.size ?? WIDE,
        colorScheme: options.colorScheme ?? 'light',
        locale: 'en-GB',
        timezoneId: 'UTC',
        ...(!options.signedOut && { storageState: session }),
      });
      context.setDefaultTimeout(SEE_MS);
      const faults = watch(context, [place.url, ...(o.alsoTo ?? [])]);
      try {
        const page = await context.newPage();
        if (!options.signedOut) await page.goto(place.url);
        await walk({ place, page, context, another: () => context.newPage() });
        expect(faults).toEqual([]);
      } catch (error) {
        if (error instanceof Error) error.message += `\n${await shoot(context)}`;
        throw error;
      } finally {
        // An answer that a test was still changing is of no interest any more.
        await Promise.all(context.pages().map((page) => page.unrouteAll({ behavior: 'ignoreErrors' })));
        await context.close();
      }
    });
  };
};

/** Goes to a page of the app by its address. */
export const visit = async ({ page, place }: Trip, route: string): Promise<void> => {
  await page.goto(place.url + route);
};
