import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe } from 'vitest';

/** A browser of the machine; `TEST_CHROMIUM` names another one. */
const PLACES = [process.env.TEST_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** A page in the browser, and what went wrong on it. */
export interface Opened {
  readonly page: Page;
  /** Errors of scripts, and what the content security policy has forbidden. */
  readonly troubles: string[];
}

export type Open = (url: string, options?: BrowserContextOptions) => Promise<Opened>;

/** Tests that need a browser: skipped, visibly, where there is none; in CI they fail. */
export function describeInBrowser(name: string, tests: (open: Open) => void): void {
  const executablePath = PLACES.find((place) => place !== undefined && existsSync(place));
  if (executablePath === undefined) {
    const reason = "there is no Chromium: install Debian's chromium, or set TEST_CHROMIUM";
    if (process.env.CI === 'true') throw new Error(`${name}: ${reason}; CI skips nothing`);
    console.error(`\n${name} is SKIPPED: ${reason}\n`);
    describe.skip(`${name} (no Chromium)`, () => tests(() => Promise.reject(new Error(reason))));
    return;
  }
  describe(name, () => {
    let browser: Browser | undefined;
    beforeAll(async () => {
      browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'], timeout: 110_000 });
    });
    afterAll(() => browser?.close());
    tests(async (url, options = {}) => {
      if (browser === undefined) throw new Error('the browser did not start');
      const context = await browser.newContext({ locale: 'en', timezoneId: 'UTC', viewport: { width: 1280, height: 800 }, ...options });
      context.setDefaultTimeout(40_000);
      const page = await context.newPage();
      const troubles: string[] = [];
      page.on('pageerror', (error) => troubles.push(String(error)));
      page.on('console', (message) => {
        if (message.type() === 'error' && !/status of \d+/.test(message.text())) troubles.push(message.text());
      });
      await page.goto(url);
      return { page, troubles };
    });
  });
}
