/** What tests of the console's pages sit at: a browser, a server, a client of its API, and a page. */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe } from 'vitest';
import { type OpenPage, openPage, startBrowser, whyNoBrowser } from './browser.ts';
import { Client } from './client.ts';
import { startTestPidge, type TestPidge } from './pidge.ts';

/** Tests that need a browser: skipped, and said so, on a machine without one. */
export function describeInBrowser(name: string, tests: () => void): void {
  const missing = whyNoBrowser();
  if (missing !== null) console.warn(`Skipped: ${name}: ${missing}`);
  describe.skipIf(missing !== null)(name, tests);
}

export interface Seat {
  browser: Browser;
  pidge: TestPidge;
  client: Client;
  /** Each test has a page of its own. */
  open: OpenPage;
}

/** A seat for the tests around the call; there from their first hook on, and left behind their last. */
export function takeSeat(options?: Parameters<typeof startTestPidge>[0]): Seat {
  const seat = {} as Seat;
  beforeAll(async () => {
    [seat.browser, seat.pidge] = await Promise.all([startBrowser(), startTestPidge(options)]);
    seat.client = new Client(seat.pidge.origin, seat.pidge.account);
  });
  afterAll(async () => {
    await seat.browser?.close();
    await seat.client?.close();
    await seat.pidge?.close();
  });
  beforeEach(async () => {
    seat.open = await openPage(seat.browser, seat.pidge.origin);
  });
  afterEach(() => seat.open.close());
  return seat;
}
