/** The page while some hundred messages a second pass: it answers to keys, filters and stays small. 2 000 a second: `npm run bench -- page`. */
import { expect, it } from 'vitest';
import { openPage, startBrowser, whyNoBrowser } from '../helpers/browser.ts';
import { Client } from '../helpers/client.ts';
import { startTestPidge } from '../helpers/pidge.ts';

const missing = whyNoBrowser();
if (missing !== null) console.warn(`Skipped: ${missing}`);

const ROW = '[data-testid="message-row"]';
const AT_ONCE = 30;
const KEYS = 20;
/** Half of the keys are drawn within it: a busy machine delays single ones, a page that cannot keep up delays all. */
const KEY_MS = 150;
const FILTER_MS = 3_000;
const MOST_NODES = 3_000;

/** Instants are the browser's own: what the test costs, which runs in the server's process, is not in them. */
const WATCH = `(() => {
  globalThis.keyMs = [];
  addEventListener('keydown', ({ timeStamp }) => {
    requestAnimationFrame(() => setTimeout(() => globalThis.keyMs.push(performance.now() - timeStamp)));
  }, true);
})()`;

it.skipIf(missing !== null)(
  'answers to keys, filters and stays small while messages pass',
  async () => {
    const browser = await startBrowser();
    const pidge = await startTestPidge();
    const client = new Client(pidge.origin, pidge.account);
    const { page, watch, close } = await openPage(browser, pidge.origin);
    let isOver = false;
    let sent = 0;
    const startedAt = performance.now();
    const load = async (): Promise<void> => {
      while (!isOver) {
        const answers = await Promise.all(
          Array.from({ length: AT_ONCE }, (_, index) => client.send({ Body: `Passing ${sent + index}` })),
        );
        for (const { status, text } of answers) if (status !== 201) throw new Error(text);
        sent += AT_ONCE;
      }
    };
    const passing = load();
    try {
      await client.send({ Body: 'Needle' });
      await page.goto('/messages');
      await page.locator(ROW).first().waitFor();
      await page.evaluate(WATCH);
      const heardOf = await page.locator(ROW).first().getAttribute('data-sid');
      for (let key = 0; key < KEYS; key += 1) await page.keyboard.press('j');
      // Live all the while: another row has come to the top.
      await expect.poll(() => page.locator(ROW).first().getAttribute('data-sid')).not.toBe(heardOf);
      const keyMs = ((await page.evaluate('globalThis.keyMs')) as number[]).sort((a, b) => a - b);
      const median = keyMs[Math.floor(keyMs.length / 2)] ?? Number.NaN;
      const nodes = (await page.evaluate('document.getElementsByTagName("*").length')) as number;

      await page.getByLabel('Filter messages').pressSequentially('body:Needle');
      const typedAt = performance.now();
      await expect.poll(() => page.locator(ROW).allInnerTexts()).toEqual([expect.stringContaining('Needle')]);
      const filterMs = performance.now() - typedAt;
      const perSecond = Math.round((1_000 * sent) / (performance.now() - startedAt));
      const figures = `${Math.round(median)} ms from a key to its frame, rows ${Math.round(filterMs)} ms after the filter`;
      console.log(`at ${perSecond}/s: ${figures}, ${nodes} nodes`);
      expect(median).toBeLessThanOrEqual(KEY_MS);
      expect(filterMs).toBeLessThanOrEqual(FILTER_MS);
      expect(nodes).toBeLessThanOrEqual(MOST_NODES);
      expect(watch).toEqual({ foreign: [], errors: [] });
    } finally {
      isOver = true;
      await passing;
      await close();
      await browser.close();
      await client.close();
      await pidge.close();
    }
  },
  60_000,
);
