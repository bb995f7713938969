/** A headless browser for tests of the console: one a file, one page a test. */
import { accessSync, constants } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The browser to drive: `PIDGE_TEST_CHROMIUM`, else one of the usual places; `null`: this machine has none. */
function chromiumPath(): string | null {
  const named = process.env.PIDGE_TEST_CHROMIUM;
  return [...(named ? [named] : []), ...PLACES].find(isProgram) ?? null;
}

/** Why tests that need a browser are skipped, or `null` when there is one. */
export function whyNoBrowser(): string | null {
  return chromiumPath() === null ? 'no Chromium here (PIDGE_TEST_CHROMIUM names one)' : null;
}

/** What a page did that a console must never do. */
export interface Watch {
  /** Requests to any other origin than `origin`. */
  foreign: string[];
  /** Errors of scripts and of the browser's own console. */
  errors: string[];
}

export interface OpenPage {
  page: Page;
  watch: Watch;
  close(): Promise<void>;
}

/** Starts Chromium; the caller closes it. */
export async function startBrowser(): Promise<Browser> {
  const executablePath = chromiumPath();
  if (executablePath === null) throw new Error(`A browser is needed: ${whyNoBrowser()}`);
  // Containers have neither user namespaces nor a large /dev/shm.
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
}

/** A fresh page with its own cookies, watched from its first request. */
export async function openPage(
  browser: Browser,
  origin: string,
  options: { width?: number; height?: number; colorScheme?: 'light' | 'dark'; timezoneId?: string } = {},
): Promise<OpenPage> {
  const { width = 1440, height = 900, colorScheme = 'light', timezoneId } = options;
  const context: BrowserContext = await browser.newContext({
    viewport: { width, height },
    colorScheme,
    timezoneId,
    reducedMotion: 'reduce',
    baseURL: origin,
  });
  const page = await context.newPage();
  const watch: Watch = { foreign: [], errors: [] };
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !/^(data|blob|about):/.test(url)) watch.foreign.push(url);
  });
  page.on('pageerror', (error) => watch.errors.push(String(error)));
  page.on('console', (line) => {
    if (line.type() === 'error') watch.errors.push(line.text());
  });
  return { page, watch, close: () => context.close() };
}

/** Waits until the page shows its title and loads nothing more. */
export async function settled(page: Page): Promise<void> {
  const title = page.locator('h1').first();
  await title.waitFor({ timeout: 15_000 }).catch((error: unknown) => {
    throw new Error(`${page.url()} shows no title`, { cause: error });
  });
  // A wait inside of the page would be a script that its policy forbids.
  const loading = page.locator('[data-testid="skeleton"]');
  while ((await loading.count()) > 0) await loading.first().waitFor({ state: 'detached' });
  // What is drawn next frame belongs to it.
  await page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))');
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Not there: the next place is tried.
    return false;
  }
}
