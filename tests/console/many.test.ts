/** Fifty thousand messages in one list: smooth, small, and soon found. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openPage, startBrowser } from '../helpers/browser.ts';
import { Client } from '../helpers/client.ts';
import { describeInBrowser } from '../helpers/console-seat.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';

const MESSAGES = 50_000;
const AT_ONCE = 250;
const FILTER_MS = 300;
const MOST_NODES = 3_000;
const ROUNDS = 3;
const ROW = '[data-testid="message-row"]';

describeInBrowser('with 50 000 messages', () => {
  let browser: Browser;
  let pidge: TestPidge;
  let client: Client;

  beforeAll(async () => {
    browser = await startBrowser();
    // They stay queued: what is measured is the list, and nothing moves in it.
    pidge = await startTestPidge({
      change: (config) => {
        config.limits.queueHorizonMs = 10 * 86_400_000;
        config.limits.defaultRate = 1;
      },
    });
    client = new Client(pidge.origin, pidge.account);
    for (let sent = 0; sent < MESSAGES; sent += AT_ONCE) {
      const batch = Array.from({ length: AT_ONCE }, (_, index) => sent + index);
      const answers = await Promise.all(
        batch.map((number) =>
          client.send({
            To: `+1202555${String(1000 + (number % 50)).padStart(4, '0')}`,
            Body: number % 1_000 === 7 ? `Rare ${number}` : `Message ${number}`,
          }),
        ),
      );
      for (const { status, text } of answers) if (status !== 201) throw new Error(text);
    }
  }, 300_000);
  afterAll(async () => {
    await browser.close();
    await client.close();
    await pidge.close();
  }, 120_000);

  it('filters within 300 ms and keeps the page under 3 000 nodes, wherever one scrolls', async () => {
    const { page, watch, close } = await openPage(browser, pidge.origin);
    await page.goto('/messages');
    await page.locator(ROW).first().waitFor();
    const nodes = () => page.evaluate('document.getElementsByTagName("*").length') as Promise<number>;
    const counts = [await nodes()];
    const scrollDown = () =>
      page.evaluate(`(() => {
        const scroller = document.querySelector('[data-testid=table-scroller]');
        scroller.scrollTo({ top: scroller.scrollHeight });
        return scroller.scrollTop;
      })()`) as Promise<number>;
    let reached = 0;
    for (let step = 0; step < 20; step += 1) {
      reached = await scrollDown();
      await page.locator(ROW).first().waitFor();
      counts.push(await nodes());
    }
    console.log(`${Math.max(...counts)} nodes at most while scrolling`);
    expect(Math.max(...counts)).toBeLessThanOrEqual(MOST_NODES);
    // Far below the first page of rows.
    expect(reached).toBeGreaterThan(20_000);

    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const word = `Rare ${(49 - round) * 1_000 + 7}`;
      await page.goto('/messages');
      await page.locator(ROW).first().waitFor();
      // Measured in the page itself, from the address to the row that is left.
      const ms = await page.evaluate(`new Promise((done) => {
        const startedAt = performance.now();
        const look = () => {
          const rows = [...document.querySelectorAll('${ROW}')];
          if (rows.length === 1 && rows[0].textContent.includes('${word}')) done(performance.now() - startedAt);
          else requestAnimationFrame(look);
        };
        history.pushState({}, '', '/messages?q=' + encodeURIComponent('body:"${word}"'));
        dispatchEvent(new PopStateEvent('popstate'));
        look();
      })`);
      times.push(ms as number);
    }
    await close();
    console.log(`a filter over ${MESSAGES} shows its row after ${times.map(Math.round).join(', ')} ms`);
    expect(Math.min(...times)).toBeLessThanOrEqual(FILTER_MS);
    expect(watch).toEqual({ foreign: [], errors: [] });
  }, 120_000);
});
