// `npm run screenshots`: every page of the console with something on it, light and dark, on a desk and on a phone, into
// docs/screenshots. Made by hand when the pages change; the README shows two of them.
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openPage, settled, startBrowser } from '../tests/helpers/browser.ts';
import { startLively } from '../tests/helpers/lively.ts';

const FOLDER = join(import.meta.dirname, '..', 'docs', 'screenshots');
const SIZES = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
];
const SCHEMES = ['light', 'dark'] as const;

const lively = await startLively();
const browser = await startBrowser();
try {
  const { sids, serviceSid } = lively;
  const pages: Record<string, string> = {
    messages: '/messages',
    message: `/messages/${sids.delivered}`,
    'message-failed': `/messages/${sids.failed}`,
    'message-inbound': `/messages/${sids.inbound}`,
    errors: '/errors',
    webhooks: '/webhooks',
    metrics: '/plots',
    phones: '/phones',
    send: '/send?To=%2B12025550101&From=%2B12025550100&Body=See+you+%E2%80%93+at+10%3A00',
    templates: '/templates',
    scheduled: '/scheduled',
    links: '/links',
    numbers: '/numbers',
    services: '/services',
    service: `/services/${serviceSid}`,
    connectors: '/connectors',
    accounts: '/accounts',
    settings: '/settings',
  };
  mkdirSync(FOLDER, { recursive: true });
  for (const old of readdirSync(FOLDER)) if (old.endsWith('.png')) rmSync(join(FOLDER, old));
  for (const colorScheme of SCHEMES) {
    for (const { width, height } of SIZES) {
      const { page, close } = await openPage(browser, lively.pidge.origin, { width, height, colorScheme });
      for (const [name, path] of Object.entries(pages)) {
        await page.goto(path);
        await settled(page);
        await page.screenshot({ path: join(FOLDER, `${name}-${colorScheme}-${width}.png`) });
      }
      await close();
      console.log(`${Object.keys(pages).length} pages, ${colorScheme}, ${width} wide`);
    }
  }
} finally {
  await browser.close();
  await lively.close();
}
