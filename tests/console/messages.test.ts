/** The list of messages in a browser: live, filtered, walked by keys, and never in the way of who reads. */
import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type OpenPage, openPage, startBrowser } from '../helpers/browser.ts';
import { Client } from '../helpers/client.ts';
import { describeInBrowser } from '../helpers/console-seat.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';

const NUMBER = '+12025550100';
/** On a machine that is busy with other suites too. */
const soon = <Value>(read: () => Promise<Value>) => expect.poll(read, { timeout: 20_000 });

describeInBrowser('the list of messages', () => {
  let browser: Browser;
  let pidge: TestPidge;
  let client: Client;
  let open: OpenPage;

  beforeAll(async () => {
    browser = await startBrowser();
  });
  afterAll(() => browser.close());
  beforeEach(async () => {
    pidge = await startTestPidge();
    client = new Client(pidge.origin, pidge.account);
    open = await openPage(browser, pidge.origin);
  });
  afterEach(async () => {
    await open.close();
    await client.close();
    await pidge.close();
  });

  const send = async (body: string, to = '+12025550101'): Promise<string> => {
    const form = { From: NUMBER, To: to, Body: body };
    return (await client.call('POST', `${client.base}/Messages.json`, { form })).json.sid;
  };
  const sendMany = (count: number): Promise<string[]> =>
    Promise.all(Array.from({ length: count }, (_, index) => send(`Number ${index}`)));
  const row = (sid: string) => open.page.locator(`[data-testid="message-row"][data-sid="${sid}"]`);
  const goTo = async (path = '/messages'): Promise<void> => {
    await open.page.goto(path);
    await open.page.locator('[data-testid="live-dot"][data-state="live"]').waitFor();
  };
  const rows = (): Promise<string[]> =>
    open.page.getByTestId('message-row').evaluateAll((all) => all.map((one) => one.getAttribute('data-sid') ?? ''));
  const focused = (): Promise<string | null> =>
    open.page.evaluate('document.activeElement?.getAttribute("data-sid") ?? null');

  it('teaches while there is none, and shows a message as it happens, status and all', async () => {
    await goTo();
    await open.page.getByTestId('empty-state').getByText('No messages yet').waitFor();
    const sid = await send('Your code is 482913');
    await row(sid).locator('[data-status="delivered"]').waitFor();
    expect(await row(sid).textContent()).toContain('Your code is 482913');
    expect(open.watch).toEqual({ foreign: [], errors: [] });
  });

  it('shows texts as texts, with what hides or turns them by its name', async () => {
    const sid = await send('<img src=x onerror="document.title=1"> pay\u202egpj.exe', '+12025550102');
    await goTo();
    await row(sid).getByText('U+202E').waitFor();
    expect(await row(sid).textContent()).toContain('<img src=x onerror="document.title=1">');
    expect(await open.page.title()).toBe('Messages · Pidge');
  });

  it('says why one failed, and that its recipient does so on purpose', async () => {
    const sid = await send('Hi', '+15005530003');
    await goTo();
    await row(sid).getByText('30003 Unreachable').waitFor();
    await row(sid)
      .getByRole('img', { name: /^On purpose: .*30003$/ })
      .waitFor();
  });

  it('filters as one types, keeps that through a reload, and takes a term away', async () => {
    const kept = await send('Hello Ada');
    await send('Hello Ben', '+12025550102');
    await goTo();
    await row(kept).waitFor();
    await open.page.keyboard.press('/');
    await open.page.keyboard.type('to:+12025550101');
    await soon(rows).toEqual([kept]);
    await open.page.reload();
    await soon(rows).toEqual([kept]);
    await open.page.getByRole('button', { name: 'Remove the filter to:+12025550101' }).click();
    await soon(async () => (await rows()).length).toBe(2);
    expect(new URL(open.page.url()).search).toBe('');
  });

  it('says what is wrong with a filter and how it is written', async () => {
    await goTo();
    await open.page.getByRole('searchbox').fill('stauts:failed');
    await open.page.keyboard.press('Enter');
    await open.page.getByText('Did you mean status:failed?').waitFor();
  });

  it('is walked by keys, and Back leads to the same row', async () => {
    await sendMany(60);
    await goTo();
    await open.page.getByTestId('message-row').first().waitFor();
    for (let step = 0; step < 45; step += 1) await open.page.keyboard.press('j');
    await open.page.keyboard.press('k');
    await soon(focused).toMatch(/^SM/);
    const sid = await focused();
    await open.page.keyboard.press('Enter');
    await open.page.waitForURL(`**/messages/${sid}`);
    await send('Meanwhile');
    await open.page.goBack();
    await soon(focused).toBe(sid);
    await open.page.getByRole('button', { name: '1 new' }).waitFor();
    expect(await row(sid ?? '').isVisible()).toBe(true);
  });

  it('moves nothing while one reads further down: what is new waits behind a button', async () => {
    await sendMany(60);
    await goTo();
    const scroller = open.page.getByTestId('table-scroller');
    await open.page.getByTestId('message-row').first().waitFor();
    const [newest = ''] = await rows();
    await scroller.evaluate((element) => element.scrollTo(0, 600));
    await soon(async () => (await rows()).includes(newest)).toBe(false);
    const sid = await send('A late one');
    await open.page.getByRole('button', { name: '1 new' }).waitFor();
    expect(await row(sid).count()).toBe(0);
    expect(await scroller.evaluate((element) => element.scrollTop)).toBe(600);
    await open.page.getByRole('button', { name: '1 new' }).click();
    await row(sid).waitFor();
    expect(await scroller.evaluate((element) => element.scrollTop)).toBe(0);
  });

  it('lets new ones wait while it is paused', async () => {
    const first = await send('One');
    await goTo();
    await row(first).waitFor();
    await open.page.keyboard.press('l');
    await open.page.waitForURL(/paused/);
    const second = await send('Two');
    await open.page.getByRole('button', { name: '1 new' }).waitFor();
    expect(await rows()).toEqual([first]);
    await open.page.getByRole('button', { name: '1 new' }).click();
    await row(second).waitFor();
    const third = await send('Three');
    await open.page.getByRole('button', { name: '1 new' }).waitFor();
    await open.page.getByTestId('live-toggle').click();
    await row(third).waitFor();
  });

  it('clears what matches, after asking', async () => {
    const kept = await send('Hello Ada');
    const gone = await send('Hello Ben', '+12025550102');
    await goTo('/messages?q=to%3A%2B12025550102');
    await row(gone).locator('[data-status="delivered"]').waitFor();
    await open.page.getByRole('button', { name: 'Export' }).click();
    await open.page.getByRole('menuitem', { name: 'Clear' }).click();
    await open.page.getByRole('button', { name: 'Remove', exact: true }).click();
    await open.page.getByText('1 message removed').waitFor();
    await open.page.getByRole('button', { name: 'Show all messages' }).click();
    await soon(rows).toEqual([kept]);
  });
});
