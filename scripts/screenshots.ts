// `npm run screenshots`: every page of the console with something on it, light and dark, on a desk and on a phone, into
// docs/screenshots; `npm run screenshots -- errors links` takes those alone. Made by hand when the pages change; the
// README shows two of them.
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openPage, settled, startBrowser } from '../tests/helpers/browser.ts';
import { type Lively, startLively } from '../tests/helpers/lively.ts';

const FOLDER = join(import.meta.dirname, '..', 'docs', 'screenshots');
const SIZES = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
];
const SCHEMES = ['light', 'dark'] as const;

const CLEO = '+12025550103';
/** To a phone that is off, to a landline; the others arrive. */
const UNLUCKY: Record<number, string> = { 14: '+15005530003', 28: '+15005530006' };
const TEXTS = [
  'Your code is 482913',
  'Your table for two is booked: Friday, 19:30.',
  'Your order 1042 is on its way and will be with you between 14:00 and 16:00.',
  'Reminder: your appointment with Dr. Okafor is on Tuesday at 9:30. Reply C to confirm.',
  'Thank you for your payment of $24.00.',
];
const BROWSER = 'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15';
const MESSAGES = 32;
const EVERY_MS = 1_000;

/** A busy half a minute: a screen full of rows, and the figures that the plots are drawn of. */
async function bustle({ client, pidge, serviceSid }: Lively): Promise<void> {
  const create = (form: Record<string, string>) => client.call('POST', `${client.base}/Messages.json`, { form });
  const send = (To: string, Body: string) => create({ From: '+12025550100', To, Body });
  for (const season of ['spring', 'summer']) {
    const Body = `The ${season} sale has begun: https://shop.example.com/${season}/sale`;
    const { json } = await create({ MessagingServiceSid: serviceSid, To: CLEO, Body, ShortenUrls: 'true' });
    const shown = await client.call('GET', `${client.base}/Messages/${json.sid}.json`);
    const [link = ''] = /http\S+/.exec(shown.json.body) ?? [];
    if (season === 'spring') await fetch(link, { redirect: 'manual', headers: { 'user-agent': BROWSER } });
  }
  for (let place = 0; place < MESSAGES; place += 1) {
    await send(UNLUCKY[place] ?? CLEO, TEXTS[place % TEXTS.length] ?? '');
    await new Promise((done) => setTimeout(done, EVERY_MS));
  }
  await send('+1202555010', 'To a number that is none');
  await pidge.until(async () => (await client.call('GET', '/_admin/v1/metrics?range=15m')).json.times.length >= 4);
}

const wanted = process.argv.slice(2);
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
    metrics: '/plots?range=15m',
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
  const unknown = wanted.filter((name) => !(name in pages));
  if (unknown.length > 0) throw new Error(`No page ${unknown.join(', ')}. There are: ${Object.keys(pages).join(', ')}`);
  const taken = Object.entries(pages).filter(([name]) => wanted.length === 0 || wanted.includes(name));
  mkdirSync(FOLDER, { recursive: true });
  const old = readdirSync(FOLDER).filter((file) => wanted.length === 0 && file.endsWith('.png'));
  for (const file of old) rmSync(join(FOLDER, file));
  await bustle(lively);
  for (const colorScheme of SCHEMES) {
    for (const { width, height } of SIZES) {
      const { page, close } = await openPage(browser, lively.pidge.origin, { width, height, colorScheme });
      for (const [name, path] of taken) {
        await page.goto(path);
        await settled(page);
        await page.screenshot({ path: join(FOLDER, `${name}-${colorScheme}-${width}.png`) });
      }
      await close();
      console.log(`${taken.length} pages, ${colorScheme}, ${width} wide`);
    }
  }
} finally {
  await browser.close();
  await lively.close();
}
