import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Where systems keep a browser that speaks the Chrome protocol. */
const SYSTEM_BROWSERS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

interface Found {
  executablePath: string;
  args: string[];
}

const findBrowser = async (): Promise<Found> => {
  const named = process.env.CHROME_BIN;
  const executablePath = named || SYSTEM_BROWSERS.find((file) => existsSync(file));
  if (executablePath) return { executablePath, args: [] };
  // Seeing this, the package unpacks the libraries that a bare machine lacks; it looks when it is imported.
  process.env.AWS_EXECUTION_ENV ??= 'AWS_Lambda_nodejs24.x';
  const { default: packed } = await import('@sparticuz/chromium');
  return { executablePath: await packed.executablePath(), args: packed.args };
};

/** Starts the browser of `CHROME_BIN`, else the system's, else the one that came with the packages. */
export const launchBrowser = async (): Promise<Browser> => {
  const { executablePath, args } = await findBrowser();
  // A browser refuses its own sandbox as root, and in most containers. The pages under test are ours.
  return chromium.launch({ executablePath, args: [...args, '--no-sandbox'], headless: true });
};
