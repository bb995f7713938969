/** Every page of the console, empty and full, light and dark: readable by all, on its own origin, no wider than the screen. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openPage, settled, startBrowser } from '../helpers/browser.ts';
import { describeInBrowser } from '../helpers/console-seat.ts';
import { type Lively, startLively } from '../helpers/lively.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
/** Wide enough for a desk, a laptop, a tablet, a phone; and 200 % zoom of 1280. */
const WIDTHS = [1920, 1280, 768, 640, 360];

interface Finding {
  id: string;
  impact: string;
  nodes: string[];
}

/** The pages that the navigation leads to, as it names them. */
async function pagesOf(page: Page): Promise<string[]> {
  await page.goto('/messages');
  await page.locator('nav a[href]').first().waitFor();
  const hrefs = await page
    .locator('nav a[href]')
    .evaluateAll((links) => links.map((link) => link.getAttribute('href')));
  return [...new Set(hrefs.flatMap((href) => (href?.startsWith('/') ? [href.split('?')[0] ?? href] : [])))];
}

/** What axe calls serious or worse. The script is run, not loaded: the page's policy lets nothing in. */
async function seriousOf(page: Page): Promise<Finding[]> {
  await page.evaluate(AXE);
  const found = (await page.evaluate('axe.run(document, { resultTypes: ["violations"] })')) as {
    violations: { id: string; impact: string; nodes: { html: string }[] }[];
  };
  return found.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, impact, nodes }) => ({ id, impact, nodes: nodes.slice(0, 3).map(({ html }) => html.slice(0, 200)) }));
}

describeInBrowser('the pages', () => {
  let browser: Browser;
  let full: Lively;
  let empty: TestPidge;
  let paths: string[];

  beforeAll(async () => {
    browser = await startBrowser();
    full = await startLively();
    empty = await startTestPidge();
    const { page, close } = await openPage(browser, full.pidge.origin);
    const { delivered, failed, inbound } = full.sids;
    paths = [...(await pagesOf(page)), `/services/${full.serviceSid}`];
    paths.push(...[delivered, failed, inbound].map((sid) => `/messages/${sid}`));
    await close();
  });
  afterAll(async () => {
    await browser.close();
    await full.close();
    await empty.close();
  });

  it('are all there', () => {
    const wanted = ['/messages', '/errors', '/webhooks', '/plots', '/phones', '/send', '/templates', '/scheduled'];
    wanted.push('/links', '/numbers', '/services', '/connectors', '/accounts', '/settings');
    expect(paths).toEqual(expect.arrayContaining(wanted));
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const state of ['full', 'empty'] as const) {
      it(`have nothing serious for axe, ask no other origin and report no error: ${state}, ${colorScheme}`, async () => {
        const origin = state === 'full' ? full.pidge.origin : empty.origin;
        const { page, watch, close } = await openPage(browser, origin, { colorScheme });
        const found: Record<string, Finding[]> = {};
        // What names a message or a service is there on the full server alone.
        const shown = state === 'full' ? paths : paths.filter((path) => path.split('/').length === 2);
        for (const path of shown) {
          await page.goto(path);
          await settled(page);
          const serious = await seriousOf(page);
          if (serious.length > 0) found[path] = serious;
        }
        await close();
        expect(found).toEqual({});
        expect(watch).toEqual({ foreign: [], errors: [] });
      });
    }
  }

  it.each(WIDTHS)('do not scroll sideways at %i', async (width) => {
    const { page, close } = await openPage(browser, full.pidge.origin, { width, height: 800 });
    const wider: Record<string, number> = {};
    for (const path of paths) {
      await page.goto(path);
      await settled(page);
      const over = (await page.evaluate(
        'document.documentElement.scrollWidth - document.documentElement.clientWidth',
      )) as number;
      if (over > 0) wider[path] = over;
    }
    await close();
    expect(wider).toEqual({});
  });

  it('an empty one says what would be there', async () => {
    const { page, close } = await openPage(browser, empty.origin);
    const silent: string[] = [];
    for (const path of ['/messages', '/errors', '/webhooks', '/scheduled', '/templates']) {
      await page.goto(path);
      await settled(page);
      if ((await page.locator('[data-testid="empty-state"]').count()) === 0) silent.push(path);
    }
    await close();
    expect(silent).toEqual([]);
  });
});
