/** The page of one message in a browser: its text as it went out, and sending it again. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OpenPage, openPage, startBrowser, whyNoBrowser } from '../helpers/browser.ts';
import { Client } from '../helpers/client.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';

const missing = whyNoBrowser();
if (missing !== null) console.warn(`Skipped: ${missing}`);

describe.skipIf(missing !== null)('the page of a message', () => {
  let browser: Browser;
  let pidge: TestPidge;
  let client: Client;
  let open: OpenPage;

  beforeAll(async () => {
    [browser, pidge] = await Promise.all([startBrowser(), startTestPidge()]);
    client = new Client(pidge.origin, pidge.account);
    open = await openPage(browser, pidge.origin);
  });
  afterAll(async () => {
    await open.close();
    await client.close();
    await pidge.close();
    await browser.close();
  });

  const send = async (more: Record<string, string>): Promise<string> => {
    const form = { From: '+12025550100', To: '+12025550101', ...more };
    return (await client.call('POST', `${client.base}/Messages.json`, { form })).json.sid;
  };

  it('marks what made the text dear where it stands in what went out', async () => {
    const written = 'Wait… for it ☎ now';
    await open.page.goto(`/messages/${await send({ Body: written, SmartEncoded: 'true' })}`);
    const text = open.page.getByTestId('message-text');
    await text.waitFor();
    expect(await text.textContent()).toBe('Wait... for it ☎ now');
    expect(await text.locator('mark').allTextContents()).toEqual(['☎']);
    await open.page.getByText(`It was written: ${written}`).waitFor();
    expect(open.watch).toEqual({ foreign: [], errors: [] });
  });

  it('sends it again with another text, as a new message', async () => {
    const sid = await send({ Body: 'Helo' });
    await open.page.goto(`/messages/${sid}`);
    await open.page.getByRole('button', { name: 'More' }).click();
    await open.page.getByRole('menuitem', { name: 'Edit and send again…' }).click();
    const dialog = open.page.getByRole('dialog', { name: 'Edit and send again' });
    await dialog.getByLabel('Body').fill('Hello');
    await dialog.getByRole('button', { name: 'Send' }).click();
    await open.page.getByTestId('message-text').getByText('Hello', { exact: true }).waitFor();
    expect(open.page.url()).not.toContain(sid);
    const { json } = await client.call('GET', `${client.base}/Messages.json`);
    expect(json.messages.map((one: { body: string }) => one.body)).toContain('Hello');
    expect(open.watch).toEqual({ foreign: [], errors: [] });
  });
});
