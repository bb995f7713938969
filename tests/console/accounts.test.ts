/** Accounts & keys in a browser: what is made by its name alone. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type OpenPage, openPage, startBrowser, whyNoBrowser } from '../helpers/browser.ts';
import { Client } from '../helpers/client.ts';
import { startTestPidge, type TestPidge } from '../helpers/pidge.ts';

const missing = whyNoBrowser();
if (missing !== null) console.warn(`Skipped: ${missing}`);

describe.skipIf(missing !== null)('the page of accounts', () => {
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

  it('makes a key, shows its secret once, and empties the field', async () => {
    const name = open.page.getByRole('textbox', { name: 'New key' });
    await open.page.goto('/accounts?tab=keys');
    await name.fill('shop');
    await open.page.getByRole('button', { name: 'Make a key' }).click();
    await open.page.getByText('Its secret is shown this once').waitFor();
    await open.page.getByRole('cell', { name: 'shop' }).waitFor();
    await expect.poll(() => name.inputValue()).toBe('');
    const { json } = await client.call('GET', `${client.base}/Keys.json`);
    expect(json.keys).toMatchObject([{ friendly_name: 'shop' }]);
    expect(open.watch).toEqual({ foreign: [], errors: [] });
  });

  it('makes a subaccount by Enter', async () => {
    await open.page.goto('/accounts?tab=subaccounts');
    await open.page.getByRole('textbox', { name: 'New subaccount' }).fill('Branch');
    await open.page.keyboard.press('Enter');
    await open.page.getByRole('cell', { name: 'Branch' }).waitFor();
    expect(open.watch).toEqual({ foreign: [], errors: [] });
  });
});
