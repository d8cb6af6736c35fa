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

const findBrowser = async (): Promise<string> => {
  const found = process.env.CHROME_BIN || SYSTEM_BROWSERS.find((file) => existsSync(file));
  if (found) return found;
  // Seeing this, the package unpacks the libraries that a bare machine lacks; it looks when it is imported.
  process.env.AWS_EXECUTION_ENV ??= 'AWS_Lambda_nodejs24.x';
  const { default: packed } = await import('@sparticuz/chromium');
  // Its own arguments are left out: they switch off what keeps sites apart, which is part of what is tested.
  return packed.executablePath();
};

/** Starts the browser of `CHROME_BIN`, else the system's, else the one that came with the packages. */
export const launchBrowser = async (): Promise<Browser> => {
  const executablePath = await findBrowser();
  // A browser refuses its own sandbox as root, and in most containers. The pages under test are ours.
  return chromium.launch({ executablePath, args: ['--no-sandbox'], headless: true });
};
