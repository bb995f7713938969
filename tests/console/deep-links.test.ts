/** Addresses that name what is not there, or not any more: plain words and a way on, never the API's. */
import { expect, it } from 'vitest';
import { openPage, settled } from '../helpers/browser.ts';
import { describeInBrowser, takeSeat } from '../helpers/console-seat.ts';
import { startTestPidge } from '../helpers/pidge.ts';

const NONE = '0'.repeat(32);

describeInBrowser('an address of something that is gone', () => {
  const seat = takeSeat();
  const at = async (address: string) => {
    await seat.open.page.goto(address);
    await settled(seat.open.page);
    return seat.open.page.locator('main');
  };

  it('leads from a message or a service back to the list', async () => {
    for (const [address, words, list] of [
      [`/messages/SM${NONE}`, 'This message is not here', 'Messages'],
      [`/services/MG${NONE}`, 'This Messaging Service is not here', 'Messaging Services'],
    ] as const) {
      const main = await at(address);
      await main.getByText(words).waitFor();
      expect(await main.innerText()).not.toMatch(/requested resource|Try again/);
      await main.getByRole('link', { name: `‹ ${list}` }).click();
      await main.getByRole('heading', { name: list, exact: true }).waitFor();
    }
  });

  it('of an account that is none leads to the first, and the page stays connected', async () => {
    const main = await at(`/messages?account=AC${'9'.repeat(32)}`);
    await main.getByText(`There is no account AC${'9'.repeat(32)}`).waitFor();
    await seat.open.page.getByText('live', { exact: true }).first().waitFor();
    await main.getByRole('button', { name: 'Show the first account' }).click();
    await main.getByRole('heading', { name: 'Messages', exact: true }).waitFor();
    expect(seat.open.page.url()).not.toContain('AC999');
  });

  it('of another account is left for the first one by the switcher', async () => {
    const form = { FriendlyName: 'Clinic' };
    const { sid } = (await seat.client.call('POST', '/2010-04-01/Accounts.json', { form })).json;
    await at(`/messages?account=${sid}`);
    await seat.open.page.getByRole('button', { name: 'Account Clinic' }).click();
    await seat.open.page.getByRole('menuitem', { name: 'Default' }).click();
    await seat.open.page.getByRole('button', { name: 'Account Default' }).waitFor();
    expect(seat.open.page.url()).not.toContain('account');
  });

  it('falls back to what is usual for tabs and ranges, and says which number is not there', async () => {
    const accounts = await at('/accounts?tab=bogus');
    await accounts.getByRole('tab', { name: 'Account and tokens', selected: true }).waitFor();
    const metrics = await at('/plots?range=9y');
    expect(await metrics.getByRole('radio', { name: '1h' }).isChecked()).toBe(true);
    expect(await metrics.getByText('Correct range').count()).toBe(0);
    const numbers = await at(`/numbers?open=PN${NONE}`);
    await numbers.getByText(`The number PN${NONE} is not here`).waitFor();
  });

  it('says of phones that a server that sends in earnest has none', async () => {
    const password = 'correct horse battery';
    const pidge = await startTestPidge({
      change(config) {
        config.mode = 'serve';
        config.console.users = [{ name: 'admin', password, role: 'operator' }];
      },
    });
    const { page, close } = await openPage(seat.browser, pidge.origin.replace('127.0.0.1', 'localhost'));
    try {
      await page.goto('/phones');
      await page.getByRole('textbox', { name: 'Password' }).fill(password);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByText('Phones are simulated').waitFor();
      expect(await page.getByRole('alert').count()).toBe(0);
      expect(await page.getByRole('button', { name: 'Add a phone' }).count()).toBe(0);
    } finally {
      await close();
      await pidge.close();
    }
  });
});
