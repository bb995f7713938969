import { expect, it } from 'vitest';
import { describeInBrowser, takeSeat } from '../helpers/console-seat.ts';

describeInBrowser('the page of accounts', () => {
  const seat = takeSeat();

  it('makes a key, shows its secret once, and empties the field', async () => {
    const name = seat.open.page.getByRole('textbox', { name: 'New key' });
    await seat.open.page.goto('/accounts?tab=keys');
    await name.fill('shop');
    await seat.open.page.getByRole('button', { name: 'Make a key' }).click();
    await seat.open.page.getByText('Its secret is shown this once').waitFor();
    await seat.open.page.getByRole('cell', { name: 'shop' }).waitFor();
    await expect.poll(() => name.inputValue()).toBe('');
    const { json } = await seat.client.call('GET', `${seat.client.base}/Keys.json`);
    expect(json.keys).toMatchObject([{ friendly_name: 'shop' }]);
    expect(seat.open.watch).toEqual({ foreign: [], errors: [] });
  });

  it('makes a subaccount by Enter', async () => {
    await seat.open.page.goto('/accounts?tab=subaccounts');
    await seat.open.page.getByRole('textbox', { name: 'New subaccount' }).fill('Branch');
    await seat.open.page.keyboard.press('Enter');
    await seat.open.page.getByRole('cell', { name: 'Branch' }).waitFor();
    expect(seat.open.watch).toEqual({ foreign: [], errors: [] });
  });

  it('promotes a second token only when there is one, and says so', async () => {
    const { page, watch } = seat.open;
    const make = page.getByRole('button', { name: 'Make a second token' });
    const promote = page.getByRole('button', { name: 'Promote…' });
    const drop = page.getByRole('button', { name: 'Drop the second token' });
    await page.goto('/accounts');
    await promote.and(page.getByTitle('There is no second token yet.')).waitFor();
    expect([await promote.isDisabled(), await drop.isDisabled(), await make.isDisabled()]).toEqual([true, true, false]);
    await make.click();
    await page.getByText('It is shown this once').waitFor();
    await expect.poll(() => promote.isEnabled()).toBe(true);
    // The server knows, not the page alone.
    await page.reload();
    await make.and(page.getByTitle('There is one: promote it, or drop it.')).waitFor();
    await promote.click();
    await page.getByRole('dialog').getByRole('button', { name: 'Promote', exact: true }).click();
    await expect.poll(() => promote.isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    expect(await page.getByTestId('auth-token').innerText()).not.toBe(seat.pidge.account.token);
    expect(watch).toEqual({ foreign: [], errors: [] });
  });
});
