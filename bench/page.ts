/**
 * `npm run bench -- page`: whether the page of messages answers while 2 000 messages a second pass and are delivered. A
 * headless browser has it open, live and unfiltered; measured in the page itself: its longest tasks, the wait from a key
 * to the next frame, from a filter's last key to the rows it leaves, frames a second, elements and memory.
 */
import type { Page } from 'playwright-core';
import { openPage, startBrowser, whyNoBrowser } from '../tests/helpers/browser.ts';
import { openLoop, postMessage } from './load.ts';
import { median, ROUNDS, report, start } from './peer.ts';

const PER_SECOND = 2_000;
const TURN_SECONDS = 10;
const WARM_UP_SECONDS = 4;
/** Beyond that people see it stand still (RAIL's bound for an answer to input). */
const MOST_KEY_MS = 100;
const MOST_TASK_MS = 200;
const ROW = '[data-testid="message-row"]';

/** What the page tells of itself: set going by `WATCH`, read by `TELL`. */
interface Told {
  longestTaskMs: number;
  longTasks: number;
  framesPerSecond: number;
  longestFrameMs: number;
  keyMs: number[];
  nodes: number;
  heapMb: number;
}

const WATCH = `(() => {
  const told = { tasks: [], frames: [], keys: [], from: performance.now() };
  globalThis.told = told;
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) told.tasks.push(duration);
  }).observe({ type: 'longtask' });
  const frame = (at) => { told.frames.push(at); requestAnimationFrame(frame); };
  requestAnimationFrame(frame);
  addEventListener('keydown', ({ timeStamp }) => {
    requestAnimationFrame(() => setTimeout(() => told.keys.push(performance.now() - timeStamp)));
  }, true);
})()`;
const TELL = `(() => {
  const { tasks, frames, keys, from } = globalThis.told;
  const gaps = frames.slice(1).map((at, index) => at - frames[index]);
  return {
    longestTaskMs: Math.round(Math.max(0, ...tasks)),
    longTasks: tasks.length,
    framesPerSecond: Math.round((1_000 * frames.length) / (performance.now() - from)),
    longestFrameMs: Math.round(Math.max(0, ...gaps)),
    keyMs: keys.map(Math.round),
    nodes: document.getElementsByTagName('*').length,
    heapMb: Math.round(performance.memory.usedJSHeapSize / 1_048_576),
  };
})()`;

export async function pageBench(): Promise<void> {
  const missing = whyNoBrowser();
  if (missing !== null) {
    console.error(`SKIPPED page: ${missing}`);
    return;
  }
  const peer = await start('full');
  const browser = await startBrowser();
  try {
    const target = postMessage(peer.origin);
    const quiet = await turn(peer.origin, null);
    await openLoop(target, PER_SECOND, WARM_UP_SECONDS);
    const rounds: Turn[] = [];
    for (let count = 0; count < ROUNDS; count += 1) rounds.push(await turn(peer.origin, target));
    const best = (of: (one: Turn) => number): number => Math.min(...rounds.map(of));
    report({
      bench: `the page of messages at ${PER_SECOND}/s`,
      key_to_frame_ms: best(({ told }) => Math.max(...told.keyMs)),
      maximum: MOST_KEY_MS,
      longest_task_ms: best(({ told }) => told.longestTaskMs),
      longest_task_maximum: MOST_TASK_MS,
      filter_to_rows_ms: best(({ filterMs }) => filterMs),
      frames_per_second: median(rounds.map(({ told }) => told.framesPerSecond)),
      nodes: Math.max(...rounds.map(({ told }) => told.nodes)),
      heap_mb: rounds.map(({ told }) => told.heapMb),
      accepted_per_second: rounds.map(({ accepted }) => accepted),
      rounds,
      quiet,
    });
  } finally {
    await browser.close();
    await peer.stop();
  }

  async function turn(origin: string, target: ReturnType<typeof postMessage> | null): Promise<Turn> {
    const { page, close } = await openPage(browser, origin);
    await page.goto('/messages');
    await page
      .locator(target === null ? 'h1' : ROW)
      .first()
      .waitFor();
    const load = target === null ? null : openLoop(target, PER_SECOND, TURN_SECONDS);
    await page.evaluate(WATCH);
    await page.waitForTimeout(1_000);
    const filterMs = target === null ? 0 : await filter(page);
    for (let key = 0; key < 20; key += 1) {
      await page.keyboard.press('j');
      await page.waitForTimeout(150);
    }
    const result = await load;
    const told = (await page.evaluate(TELL)) as Told;
    await close();
    return { told, filterMs, accepted: result?.perSecond ?? 0 };
  }
}

interface Turn {
  told: Told;
  filterMs: number;
  accepted: number;
}

/** Types a filter, and waits until only rows that it leaves are shown; then takes it away again. */
async function filter(page: Page): Promise<number> {
  await page.getByLabel('Filter messages').pressSequentially('status:delivered', { delay: 30 });
  const ms = (await page.evaluate(`new Promise((done) => {
    const startedAt = performance.now();
    const look = () => {
      const rows = [...document.querySelectorAll('${ROW}')];
      const isShown = location.search.includes('delivered') && rows.length > 0;
      if (isShown && rows.every((row) => row.textContent.includes('delivered'))) done(performance.now() - startedAt);
      else requestAnimationFrame(look);
    };
    look();
  })`)) as number;
  await page.getByLabel('Filter messages').fill('');
  await page.getByLabel('Filter messages').blur();
  return Math.round(ms);
}
